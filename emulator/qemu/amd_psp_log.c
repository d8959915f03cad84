/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The PSP's log of every command: lines for people, and the same as JSON, an
 * object in each line.  Times are those of the machine's clock.
 *
 * What is said of a command itself is the firmware model's (psp_fw_log.h).
 */
#include "qemu/osdep.h"
#include "qemu/timer.h"
#include "qapi/error.h"
#include "system/system.h"
#include "amd_psp.h"

static bool log_open(FILE **file, const char *path, Error **errp)
{
    if (path) {
        *file = fopen(path, "w");
        if (!*file) {
            error_setg_file_open(errp, errno, path);
            return false;
        }
    }
    return true;
}

/* Pages that were reclaimed one after the other: a TMR is 512 of them */
static void reclaimed_end(AMDPSPState *s)
{
    if (s->log && s->reclaimed) {
        fprintf(s->log, "%-24sSNP_PAGE_RECLAIM x %u: SUCCESS\n", "", s->reclaimed);
    }
    s->reclaimed = 0;
}

/* A device is not unrealized when QEMU ends */
static void log_exit(Notifier *n, void *data)
{
    reclaimed_end(container_of(n, AMDPSPState, log_exit));
}

bool psp_log_open(AMDPSPState *s, Error **errp)
{
    s->log_exit.notify = log_exit;
    qemu_add_exit_notifier(&s->log_exit);
    if (!log_open(&s->log, s->log_path, errp) ||
        !log_open(&s->log_json, s->log_json_path, errp)) {
        psp_log_close(s);
        return false;
    }
    return true;
}

void psp_log_close(AMDPSPState *s)
{
    reclaimed_end(s);
    if (s->log_exit.notify) {
        qemu_remove_exit_notifier(&s->log_exit);
        s->log_exit.notify = NULL;
    }
    g_clear_pointer(&s->log, fclose);
    g_clear_pointer(&s->log_json, fclose);
}

static void text_command(AMDPSPState *s, const struct psp_fw_record *r,
                         int64_t now, const char *fault)
{
    char text[PSP_FW_RECORD_LENGTH];

    if (r->cmd == PSP_CMD_SNP_PAGE_RECLAIM && !r->status && !*fault) {
        s->reclaimed++;
        return;
    }
    reclaimed_end(s);
    psp_fw_record_text(r, text);
    fprintf(s->log, "%12.6f %6.3f ms %s; wbinvd %" PRIu64 "%s%s\n", now / 1e9,
            (now - s->rung_ns) / 1e6, text, qatomic_read(&s->wbinvd_count),
            *fault ? "; fault " : "", fault);
    fflush(s->log);
}

static void json_command(AMDPSPState *s, const struct psp_fw_record *r,
                         int64_t now, const char *fault)
{
    char text[PSP_FW_RECORD_LENGTH];

    psp_fw_record_json(r, text);
    fprintf(s->log_json, "{\"time_ns\": %" PRId64 ", \"event\": \"command\", "
            "\"duration_ns\": %" PRId64 ", %s, \"wbinvd\": %" PRIu64 ", ",
            now, now - s->rung_ns, text, qatomic_read(&s->wbinvd_count));
    if (*fault) {
        fprintf(s->log_json, "\"fault\": \"%s\"}\n", fault);
    } else {
        fputs("\"fault\": null}\n", s->log_json);
    }
    fflush(s->log_json);
}

void psp_log_command(AMDPSPState *s, const struct psp_fw_record *record)
{
    int64_t now = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
    g_autofree char *fault = psp_fault_words(&s->now);

    if (s->log) {
        text_command(s, record, now, fault);
    }
    if (s->log_json) {
        json_command(s, record, now, fault);
    }
}

void psp_log_event(AMDPSPState *s, const char *event)
{
    int64_t now = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);

    reclaimed_end(s);
    if (s->log) {
        fprintf(s->log, "%12.6f           %s\n", now / 1e9, event);
        fflush(s->log);
    }
    if (s->log_json) {
        fprintf(s->log_json, "{\"time_ns\": %" PRId64 ", \"event\": \"%s\"}\n",
                now, event);
        fflush(s->log_json);
    }
}
