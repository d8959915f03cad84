// SPDX-License-Identifier: GPL-2.0-or-later
/* The device nodes */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "sim_internal.h"

static int node_kind(struct sim *s, const char *path, enum sim_node_kind *kind)
{
	if (s->inside) {
		*kind = SIM_NODE_GUEST;
		return guest_has_node(s, path) ? 0 : -ENOENT;
	}
	if (!strcmp(path, "/dev/sev") && s->st->ccp.probed)
		*kind = SIM_NODE_SEV;
	else if (!strcmp(path, "/dev/sev-debug") && s->st->debug.registered)
		*kind = SIM_NODE_DEBUG;
	else
		return -ENOENT;
	return 0;
}

static int node_open(struct sim *s, const char *path, int oflags)
{
	bool write = (oflags & O_ACCMODE) != O_RDONLY;
	enum sim_node_kind kind;
	unsigned int i;
	int ret = node_kind(s, path, &kind);

	if (ret)
		return ret;
	if (s->st->m.access == SIM_ACCESS_NONE || (write && s->st->m.access == SIM_ACCESS_RO))
		return -EACCES;
	for (i = 0; i < SIM_NODES; i++)
		if (s->node[i].kind == SIM_NODE_NONE) {
			s->node[i].kind = kind;
			s->node[i].writable = write;
			return (int)i;
		}
	return -EMFILE;
}

int sim_node_open(struct sim *s, const char *path, int oflags)
{
	int ret = sim_enter(s, false);

	return ret ? ret : sim_leave(s, node_open(s, path, oflags));
}

int sim_node_ioctl(struct sim *s, int node, unsigned long request, void *arg)
{
	const struct sim_node *n;
	int ret;

	if (node < 0 || node >= (int)SIM_NODES)
		return -EBADF;
	ret = sim_enter(s, true);
	if (ret)
		return ret;
	n = &s->node[node];
	if (n->kind == SIM_NODE_SEV)
		ret = ccp_ioctl(s, n->writable, request, arg);
	else if (n->kind == SIM_NODE_DEBUG)
		ret = debug_ioctl(s, n->writable, request, arg);
	else if (n->kind == SIM_NODE_GUEST)
		ret = guest_ioctl(s, request, arg);
	else
		ret = -EBADF;
	return sim_leave(s, ret);
}

void sim_node_close(struct sim *s, int node)
{
	if (node < 0 || node >= (int)SIM_NODES)
		return;
	pthread_mutex_lock(&s->mutex);
	s->node[node].kind = SIM_NODE_NONE;
	pthread_mutex_unlock(&s->mutex);
}
