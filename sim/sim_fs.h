/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What generates the machine's /proc and /sys, and what it is generated with.
 */
#ifndef SIM_FS_H
#define SIM_FS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sim;

/* sim_fs*.c: each reads or lists below its directory; -ENOENT: no such path */
struct sim_text {
	char *buf;
	size_t size, len;		/* what did not fit is dropped */
};

struct sim_names {
	char *buf;			/* each NUL-terminated */
	size_t size, len;
	bool failed;
};

void text_add(struct sim_text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void text_bytes(struct sim_text *t, const void *data, size_t len);
void text_cpus(struct sim_text *t, const struct sim *s,
	       bool (*in)(const struct sim *s, uint32_t cpu, uint32_t arg), uint32_t arg);
void names_add(struct sim_names *n, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
bool path_eat(const char **path, const char *prefix);
bool path_number(const char **path, uint32_t *n);

int fs_cpu_read(struct sim *s, const char *path, struct sim_text *t);
int fs_cpu_list(struct sim *s, const char *path, struct sim_names *n);
int fs_cpu_write(struct sim *s, const char *path, const char *text);
int fs_proc_read(struct sim *s, const char *path, struct sim_text *t);
int fs_proc_list(struct sim *s, const char *path, struct sim_names *n);
int fs_proc_link(struct sim *s, const char *path, struct sim_text *t);
int fs_cgroup_read(struct sim *s, const char *path, struct sim_text *t);
int fs_cgroup_list(struct sim *s, const char *path, struct sim_names *n);
int fs_cgroup_write(struct sim *s, const char *path, const char *text);
int fs_module_read(struct sim *s, const char *path, struct sim_text *t);
int fs_module_list(struct sim *s, const char *path, struct sim_names *n);
int fs_kernel_read(struct sim *s, const char *path, struct sim_text *t);
int fs_kernel_list(struct sim *s, const char *path, struct sim_names *n);

#endif
