// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/util/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/util/cleanup.h"
#include "lib/util/text.h"

int file_open_append(const char *path)
{
	/* O_NONBLOCK: a FIFO that nobody reads must not hold us up; it means nothing to a file */
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY |
		      O_NONBLOCK, 0600);
	struct stat st;

	if (fd < 0)
		return errno == ENXIO ? -EINVAL : -errno;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		close(fd);
		return -EINVAL;
	}
	return fd;
}

int file_create_append(const char *path)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	return fd < 0 ? -errno : fd;
}

/* What was read may be a secret: nothing of it stays where it was */
static bool grow(char **text, size_t used, size_t *room)
{
	size_t more = *room ? *room * 2 : 65536;
	char *larger = malloc(more + 1);

	if (!larger)
		return false;
	if (*text) {
		memcpy(larger, *text, used);
		explicit_bzero(*text, used);
		free(*text);
	}
	*text = larger;
	*room = more;
	return true;
}

static int read_whole(int fd, size_t max, char **data, size_t *size)
{
	char *text = NULL;
	size_t used = 0, room = 0;
	int ret = 0;

	for (ssize_t n = 1; !ret && n;) {
		if (used == room && !grow(&text, used, &room)) {
			ret = -ENOMEM;
			break;
		}
		n = read(fd, text + used, room - used);
		if (n < 0 && errno != EINTR)
			ret = -errno;
		used += n > 0 ? (size_t)n : 0;
		if (used > max)
			ret = -EFBIG;
	}
	if (!ret) {
		text[used] = '\0';
		*data = text;
		*size = used;
		return 0;
	}
	if (text)
		explicit_bzero(text, used);
	free(text);
	return ret;
}

int file_read(const char *path, size_t max, char **data, size_t *size)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	return fd < 0 ? -errno : read_whole(fd, max, data, size);
}

int file_append(int fd, const void *record, size_t size)
{
	ssize_t n = write(fd, record, size);

	if (n < 0)
		return -errno;
	if ((size_t)n < size)
		return -ENOSPC;
	return fsync(fd) ? -errno : 0;
}

int file_write_all(int fd, const char *data, size_t size)
{
	while (size) {
		ssize_t n = write(fd, data, size);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0) {
			data += n;
			size -= (size_t)n;
		}
	}
	return 0;
}

int file_sync_directory(const char *path)
{
	_cleanup_free_ char *copy = strdup(path);
	_cleanup_close_ int fd = copy ? open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	return fd < 0 || fsync(fd) ? -errno : 0;
}

int file_replace(const char *path, const void *data, size_t size, mode_t mode)
{
	_cleanup_free_ char *name = NULL;
	struct stat st;
	int fd, ret;

	/* a device, a pipe, a link to one (/dev/stdout): no file takes their place */
	if (!stat(path, &st) && !S_ISREG(st.st_mode))
		return S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL;
	/* beside it, for a rename does not cross file systems */
	if (asprintf(&name, "%s.XXXXXX", path) < 0) {
		name = NULL;
		return -ENOMEM;
	}
	fd = mkostemp(name, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ret = file_write_all(fd, data, size);
	if (!ret && (fchmod(fd, mode) || fsync(fd)))
		ret = -errno;
	if (close(fd) && !ret)
		ret = -errno;
	if (!ret && rename(name, path))
		ret = -errno;
	if (ret) {
		unlink(name);
		return ret;
	}
	return file_sync_directory(path);
}

int file_read_line(const char *path, char *buf, size_t size)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = read(fd, buf, size - 1);
	if (n < 0)
		return -errno;
	buf[n] = '\0';
	buf[strcspn(buf, "\n")] = '\0';
	return 0;
}

bool file_login_uid(uint32_t *uid)
{
	char line[32];
	uint64_t value;

	/* all ones: a service, which nobody logged in for */
	if (file_read_line("/proc/self/loginuid", line, sizeof(line)) ||
	    text_u64(line, UINT32_MAX - 1, &value))
		return false;
	*uid = (uint32_t)value;
	return true;
}

int file_each_line(const char *path, int (*fn)(void *arg, const char *line), void *arg)
{
	FILE *file = strcmp(path, "-") ? fopen(path, "re") : fdopen(dup(STDIN_FILENO), "re");
	_cleanup_free_ char *line = NULL;
	size_t size = 0;
	int ret = 0;

	if (!file)
		return -errno;
	errno = 0;
	while (!ret && getline(&line, &size, file) >= 0) {
		line[strcspn(line, "\r\n")] = '\0';
		ret = fn(arg, line);
	}
	if (!ret && ferror(file))
		ret = errno ? -errno : -EIO;
	fclose(file);
	return ret;
}

int file_open_output(const char *path, bool append)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY |
		      (append ? O_APPEND : O_TRUNC), 0600);

	return fd < 0 ? -errno : fd;
}

int file_open_nothing(void)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int file_read_all(const char *path, size_t max, char **text, size_t *size)
{
	/* standard input can be a socket, which has no name to be opened by */
	_cleanup_close_ int fd = strcmp(path, "-") ? open(path, O_RDONLY | O_CLOEXEC) :
				 dup(STDIN_FILENO);

	*text = NULL;
	*size = 0;
	return fd < 0 ? -errno : read_whole(fd, max, text, size);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

bool file_is_regular(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISREG(st.st_mode);
}

static int add_name(const char *dir, const char *name, bool all, char ***names, size_t *nr)
{
	_cleanup_free_ char *path = NULL;
	char **larger;

	if (!strcmp(name, ".") || !strcmp(name, ".."))
		return 0;
	if (asprintf(&path, "%s/%s", dir, name) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	if (!all && !file_is_regular(path))
		return 0;
	larger = realloc(*names, (*nr + 1) * sizeof(**names));
	if (!larger)
		return -ENOMEM;
	*names = larger;
	larger[(*nr)++] = path;
	path = NULL;
	return 0;
}

static int list(const char *dir, bool all, char ***names, size_t *nr)
{
	_cleanup_closedir_ DIR *d = opendir(dir);
	const struct dirent *entry;
	int ret = 0;

	*names = NULL;
	*nr = 0;
	if (!d)
		return -errno;
	while (!ret && (entry = readdir(d)))
		ret = add_name(dir, entry->d_name, all, names, nr);
	if (!ret && *nr)
		qsort(*names, *nr, sizeof(**names), compare_names);
	while (ret && *nr)
		free((*names)[--*nr]);
	return ret;
}

int file_list(const char *dir, char ***names, size_t *nr)
{
	return list(dir, false, names, nr);
}

int file_list_all(const char *dir, char ***names, size_t *nr)
{
	return list(dir, true, names, nr);
}

int file_make_directory(const char *path)
{
	struct stat st;

	if (!mkdir(path, 0700))
		return 0;
	if (errno != EEXIST)
		return -errno;
	return !stat(path, &st) && S_ISDIR(st.st_mode) ? 0 : -ENOTDIR;
}

bool file_exists(const char *path)
{
	struct stat st;

	return !lstat(path, &st);
}

static int copy(int from, int to)
{
	char buf[65536];
	ssize_t n;

	while ((n = read(from, buf, sizeof(buf))) > 0)
		for (ssize_t done = 0, m; done < n; done += m) {
			m = write(to, buf + done, (size_t)(n - done));
			if (m < 0)
				return -errno;
		}
	return n < 0 ? -errno : 0;
}

int file_copy(const char *from, char *path)
{
	_cleanup_close_ int in = open(from, O_RDONLY | O_CLOEXEC), out = -1;
	int ret;

	if (in < 0)
		return -errno;
	out = mkostemp(path, O_CLOEXEC);
	if (out < 0)
		return -errno;
	ret = copy(in, out);
	if (ret)
		unlink(path);
	return ret;
}
