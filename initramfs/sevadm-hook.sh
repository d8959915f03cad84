#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# dracut reads its hooks into its own shell, which must not end with one of them
/usr/sbin/sevadm-kdump || :
