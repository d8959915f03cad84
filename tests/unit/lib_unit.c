// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which unit a VMM lives in, and whether it is alone there: on hosts made of files.
 * Above all what is no unit to stop, and no cgroup to freeze.
 */
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/host/host.h"
#include "lib_test.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static char root[PATH_MAX / 4];
static struct host *host;
static struct host_vm vm;

static void put(const char *path, const char *bytes, size_t size)
{
	char full[PATH_MAX];
	FILE *f;

	snprintf(full, sizeof(full), "%s%s", root, path);
	for (char *slash = strchr(full + strlen(root) + 1, '/'); slash;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		ck_assert(!mkdir(full, 0755) || errno == EEXIST);
		*slash = '/';
	}
	f = fopen(full, "w");
	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(bytes, 1, size, f), size);
	ck_assert_int_eq(fclose(f), 0);
}

/* A file of our own process, or a list of processes in a cgroup: %d in it is our pid */
static void put_text(const char *path, const char *text)
{
	char full[512], with[1024];

	snprintf(full, sizeof(full), path, (int)getpid());
	snprintf(with, sizeof(with), text, (int)getpid());
	put(full, with, strlen(with));
}

static void setup(void)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(root, sizeof(root), "%s/lib-unit.XXXXXX", tmp ? tmp : "/tmp");
	ck_assert_ptr_nonnull(mkdtemp(root));
	ck_assert_int_eq(host_kernel_open(&host, root), 0);
	vm = (struct host_vm){ .pid = getpid() };
	vm.handle = host->ops->process_open(host, vm.pid);
	ck_assert_int_ge(vm.handle, 0);
}

static void teardown(void)
{
	char command[PATH_MAX];

	host->ops->process_close(host, vm.handle);
	host->ops->close(host);
	snprintf(command, sizeof(command), "rm -rf '%s'", root);
	ck_assert_int_eq(system(command), 0);
}

static const struct host_unit *find(void)
{
	return host_vm_unit(host, &vm);
}

/* ------------------------------------------------------------------- of version 2 */

static const struct {
	const char *path;
	enum host_unit_kind kind;
	const char *name, *domain, *cgroup;
} places[] = {
	{ "/system.slice/vm.service", HOST_UNIT_SERVICE, "vm.service", "", "/system.slice/vm.service" },
	{ "/system.slice/system-vm.slice/vm@1.service", HOST_UNIT_SERVICE, "vm@1.service", "",
	  "/system.slice/system-vm.slice/vm@1.service" },
	/* delegated: the unit is stopped and frozen, not what is below it */
	{ "/system.slice/vm.service/payload", HOST_UNIT_SERVICE, "vm.service", "",
	  "/system.slice/vm.service" },
	{ "/machine.slice/machine-qemu\\x2d7\\x2dweb\\x2d1.scope/libvirt/emulator", HOST_UNIT_LIBVIRT,
	  "machine-qemu\\x2d7\\x2dweb\\x2d1.scope", "web-1",
	  "/machine.slice/machine-qemu\\x2d7\\x2dweb\\x2d1.scope" },
	/* of a user's or a container's manager: the name means another unit to the system's */
	{ "/user.slice/user-1000.slice/user@1000.service/app.slice/vm.service", HOST_UNIT_NONE, NULL,
	  "", "/user.slice/user-1000.slice/user@1000.service/app.slice/vm.service" },
	{ "/machine.slice/machine-box.scope/payload/system.slice/vm.service", HOST_UNIT_NONE, NULL, "",
	  "/machine.slice/machine-box.scope/payload/system.slice/vm.service" },
	/* others' scopes, and daemons that leave VMMs behind */
	{ "/user.slice/user-0.slice/session-4.scope", HOST_UNIT_NONE, "session-4.scope", "",
	  "/user.slice/user-0.slice/session-4.scope" },
	{ "/machine.slice/libpod-0123.scope", HOST_UNIT_NONE, "libpod-0123.scope", "",
	  "/machine.slice/libpod-0123.scope" },
	{ "/system.slice/libvirtd.service", HOST_UNIT_NONE, "libvirtd.service", "",
	  "/system.slice/libvirtd.service" },
	{ "/system.slice/ssh.service", HOST_UNIT_NONE, "ssh.service", "", "/system.slice/ssh.service" },
	/* no unit at all */
	{ "/vms/one", HOST_UNIT_NONE, "", "", "/vms/one" },
	/* names that virsh would take for an id, or an option; and that systemctl would */
	{ "/machine.slice/machine-qemu\\x2d7\\x2d12.scope", HOST_UNIT_NONE, NULL, "12",
	  "/machine.slice/machine-qemu\\x2d7\\x2d12.scope" },
	{ "/machine.slice/machine-qemu\\x2d7\\x2d\\x2dx.scope", HOST_UNIT_NONE, NULL, "-x",
	  "/machine.slice/machine-qemu\\x2d7\\x2d\\x2dx.scope" },
	{ "/system.slice/-x.service", HOST_UNIT_NONE, NULL, "", "/system.slice/-x.service" },
};

START_TEST(place)
{
	const struct host_unit *unit;
	char line[512], procs[600];

	snprintf(line, sizeof(line), "0::%s\n", places[_i].path);
	put_text("/proc/%d/cgroup", line);
	snprintf(procs, sizeof(procs), "/sys/fs/cgroup%s/cgroup.procs", places[_i].path);
	put_text(procs, "%d\n");
	/* what is above has no processes of its own */
	if (strcmp(places[_i].cgroup, places[_i].path)) {
		snprintf(procs, sizeof(procs), "/sys/fs/cgroup%s/cgroup.procs", places[_i].cgroup);
		put_text(procs, "");
		snprintf(procs, sizeof(procs), "/sys/fs/cgroup%s/memory.max", places[_i].cgroup);
		put_text(procs, "max\n");
	}
	if (strstr(places[_i].path, "/libvirt/"))
		put_text("/sys/fs/cgroup/machine.slice/machine-qemu\\x2d7\\x2dweb\\x2d1.scope/libvirt/"
			 "cgroup.procs", "");
	unit = find();
	ck_assert_int_eq(unit->kind, places[_i].kind);
	if (places[_i].name)
		ck_assert_str_eq(unit->name, places[_i].name);
	ck_assert_str_eq(unit->domain, places[_i].domain);
	ck_assert_str_eq(unit->cgroup, places[_i].cgroup);
}
END_TEST

static const char *const useless[] = {
	"", "0::/\n", "0::\n", "rubbish", "0::/../elsewhere\n", "0::/x/../y.service\n",
	"0::/system.slice/vm.service (deleted)\n", "7:memory:/system.slice/vm.service\n",
};

START_TEST(nowhere)
{
	put_text("/proc/%d/cgroup", useless[_i]);
	put_text("/sys/fs/cgroup/cgroup.procs", "%d\n");
	put_text("/sys/fs/cgroup/system.slice/vm.service/cgroup.procs", "%d\n");
	ck_assert_int_eq(find()->kind, HOST_UNIT_NONE);
	ck_assert_str_eq(find()->cgroup, "");
}
END_TEST

/* Another process in it, beside or below: neither stopped nor frozen */
START_TEST(not_alone)
{
	put_text("/proc/%d/cgroup", "0::/system.slice/vm.service\n");
	put_text("/sys/fs/cgroup/system.slice/vm.service/cgroup.procs", _i ? "%d\n" : "1\n%d\n");
	put_text("/sys/fs/cgroup/system.slice/vm.service/helpers/deep/cgroup.procs", "");
	put_text("/sys/fs/cgroup/system.slice/vm.service/helpers/cgroup.procs", _i == 1 ? "4711\n" : "");
	if (_i == 2)
		put_text("/sys/fs/cgroup/system.slice/vm.service/helpers/deep/cgroup.procs", "0\n");
	ck_assert_int_eq(find()->kind, HOST_UNIT_NONE);
	ck_assert_str_eq(find()->name, "vm.service");
	ck_assert_str_eq(find()->cgroup, "");
}
END_TEST

/* It says it is there, and is not; or nobody can say */
START_TEST(not_there)
{
	put_text("/proc/%d/cgroup", "0::/system.slice/vm.service\n");
	if (_i)
		put_text("/sys/fs/cgroup/system.slice/vm.service/cgroup.procs", "");
	ck_assert_int_eq(find()->kind, HOST_UNIT_NONE);
	ck_assert_str_eq(find()->cgroup, "");
}
END_TEST

/* Its helpers are libvirt's to end, too; frozen they are not */
START_TEST(libvirt_helpers)
{
	put_text("/proc/%d/cgroup", "0::/machine.slice/machine-qemu\\x2d1\\x2dx.scope\n");
	put_text("/sys/fs/cgroup/machine.slice/machine-qemu\\x2d1\\x2dx.scope/cgroup.procs", "5\n%d\n");
	ck_assert_int_eq(find()->kind, HOST_UNIT_LIBVIRT);
	ck_assert_str_eq(find()->domain, "x");
	ck_assert_str_eq(find()->cgroup, "");
}
END_TEST

#define LONG	"a-name-that-goes-on-and-on-until-nobody-wants-to-hear-it"

/*
 * The command line has the name whole; the scope's may be cut and cleaned.  A VMM that
 * says there that it is another domain has that one spared: it is sent signals itself.
 */
static const struct {
	const char *value, *scope, *domain;
} names[] = {
	{ "guest=web 1,debug-threads=on", "web1", "web 1" },
	{ "guest=a,,b,debug-threads=on", "ab", "a,b" }, { "guest=plain", "plain", "plain" },
	{ "guest=my_vm.2", "myvm.2", "my_vm.2" },
	{ "guest=" LONG "-any-more", LONG, LONG "-any-more" },
	{ "other", "x", "x" }, { "guest=", "x", "x" }, { "", "x", "x" },
	{ "guest=another", "x", NULL }, { "guest=xy", "x", NULL }, { "guest=x", "xy", NULL },
};

START_TEST(name)
{
	char words[256], path[64], cgroup[256];
	int n = snprintf(words, sizeof(words), "qemu%c-name%c%s%c-m%c1G", 0, 0, names[_i].value, 0, 0);

	snprintf(path, sizeof(path), "/proc/%d/cmdline", (int)getpid());
	put(path, words, (size_t)n + 1);
	snprintf(cgroup, sizeof(cgroup), "0::/machine.slice/machine-qemu\\x2d1\\x2d%s.scope\n",
		 names[_i].scope);
	put_text("/proc/%d/cgroup", cgroup);
	if (!names[_i].domain) {
		ck_assert_int_eq(find()->kind, HOST_UNIT_NONE);
		return;
	}
	ck_assert_int_eq(find()->kind, HOST_UNIT_LIBVIRT);
	ck_assert_str_eq(find()->domain, names[_i].domain);
}
END_TEST

/* ------------------------------------------------------------------- of version 1 */

START_TEST(version_1)
{
	put_text("/proc/%d/cgroup", "12:pids:/system.slice/vm.service\n1:name=systemd:/system.slice/"
		 "vm.service\n0::/\n");
	put_text("/sys/fs/cgroup/systemd/system.slice/vm.service/cgroup.procs", _i ? "%d\n2\n" : "%d\n");
	ck_assert_int_eq(find()->kind, _i ? HOST_UNIT_NONE : HOST_UNIT_SERVICE);
	/* there is no such freezer */
	ck_assert_str_eq(find()->cgroup, "");
}
END_TEST

/* -------------------------------------------------------------------- the freezer */

START_TEST(freezer)
{
	char text[16];

	ck_assert_int_eq(host_cgroup_freeze(host, "/x", true), -ENOENT);
	ck_assert_int_eq(host_cgroup_asked(host, "/x"), -ENOENT);
	ck_assert_int_eq(host_cgroup_frozen(host, "/x"), -ENOENT);
	put_text("/sys/fs/cgroup/x/cgroup.freeze", "0\n");
	put_text("/sys/fs/cgroup/x/cgroup.events", "populated 1\nfrozen 0\n");
	ck_assert_int_eq(host_cgroup_asked(host, "/x"), 0);
	ck_assert_int_eq(host_cgroup_frozen(host, "/x"), 0);
	ck_assert_int_eq(host_cgroup_freeze(host, "/x", true), 0);
	ck_assert_int_eq(host_read_line(host, "/sys/fs/cgroup/x/cgroup.freeze", text, sizeof(text)), 0);
	ck_assert_int_eq(text[0], '1');
	put_text("/sys/fs/cgroup/x/cgroup.freeze", "1\n");
	put_text("/sys/fs/cgroup/x/cgroup.events", "populated 1\nfrozen 1\n");
	ck_assert_int_eq(host_cgroup_asked(host, "/x"), 1);
	ck_assert_int_eq(host_cgroup_frozen(host, "/x"), 1);
}
END_TEST

int main(void)
{
	Suite *suite;
	TCase *tc = lib_case(&suite, "lib_unit");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, place, 0, COUNT(places));
	tcase_add_loop_test(tc, nowhere, 0, COUNT(useless));
	tcase_add_loop_test(tc, not_alone, 0, 3);
	tcase_add_loop_test(tc, not_there, 0, 2);
	tcase_add_test(tc, libvirt_helpers);
	tcase_add_loop_test(tc, name, 0, COUNT(names));
	tcase_add_loop_test(tc, version_1, 0, 2);
	tcase_add_test(tc, freezer);
	return lib_run(suite);
}
