/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UTIL_CLEANUP_H
#define UTIL_CLEANUP_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <dirent.h>

static inline void cleanup_free(void *p)
{
	free(*(void **)p);
}

static inline void cleanup_close(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void cleanup_fclose(FILE **f)
{
	if (*f)
		fclose(*f);
}

static inline void cleanup_closedir(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

#define _cleanup_(fn)		__attribute__((cleanup(fn)))
#define _cleanup_free_		_cleanup_(cleanup_free)
#define _cleanup_close_		_cleanup_(cleanup_close)
#define _cleanup_fclose_	_cleanup_(cleanup_fclose)
#define _cleanup_closedir_	_cleanup_(cleanup_closedir)

#endif
