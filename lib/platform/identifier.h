/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PLATFORM_IDENTIFIER_H
#define PLATFORM_IDENTIFIER_H

#include <stddef.h>
#include <stdint.h>

#include "sevadm.h"

#define IDENTIFIER_TURIN	8	/* bytes of an id of Turin's that are not zero */

/* How many bytes of ids say something: of Turin's all, should more of them not be zero */
size_t identifier_length(enum sevadm_generation generation,
			 const uint8_t ids[][SEVADM_CHIP_ID_SIZE], size_t nr);

#endif
