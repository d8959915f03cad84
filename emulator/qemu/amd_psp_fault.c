/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Faults of the PSP that a test asks for: answers that the firmware did not
 * give, answers that are late or never come, an interrupt that gets lost, a
 * machine that loses power or is reset at a command, a CPU whose WBINVD does
 * not count.
 *
 * Two ways in: the properties "fault" and "deaf-cpu" (-device, or qom-set of a
 * monitor), and I/O ports for whoever is inside the machine: what is written to
 * the first, up to a newline, is as good as the property "fault"; the second
 * tells whether that was understood (0, else 1) and, written to, makes the
 * first give what is still armed, byte by byte, up to a 0; the third tells how
 * often a fault reset the machine.
 */
#include "qemu/osdep.h"
#include "qemu/cutils.h"
#include "qapi/error.h"
#include "qapi/visitor.h"
#include "amd_psp.h"

#define PSP_FAULT_PORT      0x5e0
#define PSP_FAULT_TEXT      0
#define PSP_FAULT_RESULT    1
#define PSP_FAULT_RESETS    2
#define PSP_FAULT_PORTS     3

static bool fault_number(const char *text, uint64_t *n)
{
    return text && !qemu_strtou64(text, NULL, 0, n);
}

/* One KEY or KEY=VALUE */
static bool fault_word(PSPFault *f, char *word)
{
    char *value = strchr(word, '=');
    uint64_t n = 0;

    if (!value) {
        f->hang |= !strcmp(word, "hang");
        f->no_irq |= !strcmp(word, "no-irq");
        f->execute |= !strcmp(word, "execute");
        f->power_cut |= !strcmp(word, "power-cut");
        f->reset |= !strcmp(word, "reset");
        return !strcmp(word, "hang") || !strcmp(word, "no-irq") ||
               !strcmp(word, "execute") || !strcmp(word, "power-cut") ||
               !strcmp(word, "reset");
    }
    *value++ = '\0';
    if (!fault_number(value, &n)) {
        return false;
    }
    if (!strcmp(word, "status") && n <= UINT16_MAX) {
        f->has_status = true;
        f->status = n;
    } else if (!strcmp(word, "ext")) {
        f->has_ext = true;
        f->ext = n;
    } else if (!strcmp(word, "delay-ms") && n <= 3600 * 1000) {
        f->delay_ms = n;
    } else if (!strcmp(word, "skip") && n <= UINT32_MAX) {
        f->skip = n;
    } else if (!strcmp(word, "count") && n <= UINT32_MAX) {
        f->count = n ? n : UINT32_MAX;
    } else {
        return false;
    }
    return true;
}

/* [CMD:]WORD[,WORD...] */
static bool fault_parse(PSPFault *f, char *text)
{
    char *colon = strchr(text, ':');
    uint64_t cmd;
    char *word;

    *f = (PSPFault) { .cmd = PSP_FAULT_ANY, .count = 1 };
    if (colon) {
        *colon = '\0';
        if (!fault_number(text, &cmd) || cmd >= PSP_FAULT_ANY) {
            return false;
        }
        f->cmd = cmd;
        text = colon + 1;
    }
    while ((word = strsep(&text, ","))) {
        if (!fault_word(f, word)) {
            return false;
        }
    }
    return true;
}

/* deaf-cpu=N or deaf-cpu=none, which is about no command and stays until changed */
static bool deaf_parse(const char *text, int32_t *cpu, bool *is_deaf)
{
    uint64_t n;

    *is_deaf = g_str_has_prefix(text, "deaf-cpu=");
    if (!*is_deaf) {
        return false;
    }
    text = strchr(text, '=') + 1;
    if (!strcmp(text, "none")) {
        *cpu = -1;
        return true;
    }
    if (!fault_number(text, &n) || n >= PSP_FW_MAX_THREADS) {
        return false;
    }
    *cpu = n;
    return true;
}

/*
 * Faults stand in one line; nothing, or "none", forgets them all, else they come
 * after those armed
 */
static bool faults_arm(AMDPSPState *s, const char *text)
{
    g_auto(GStrv) list = g_strsplit_set(text, " ;", -1);
    PSPFault new[PSP_MAX_FAULTS];
    int32_t deaf_cpu = qatomic_read(&s->deaf_cpu);
    unsigned i, n = 0;
    bool deaf = false, any = false;

    for (i = 0; list[i]; i++) {
        if (!*list[i] || !strcmp(list[i], "none")) {
            continue;
        }
        any = true;
        if (deaf_parse(list[i], &deaf_cpu, &deaf)) {
            continue;
        }
        if (deaf || n == PSP_MAX_FAULTS || !fault_parse(&new[n++], list[i])) {
            return false;
        }
    }
    if (!any) {
        s->nr_faults = 0;
        return true;
    }
    if (s->nr_faults + n > PSP_MAX_FAULTS) {
        return false;
    }
    memcpy(s->fault + s->nr_faults, new, n * sizeof(*new));
    s->nr_faults += n;
    qatomic_set(&s->deaf_cpu, deaf_cpu);
    return true;
}

char *psp_fault_words(const PSPFault *f)
{
    GString *text = g_string_new("");

    if (f->has_status) {
        g_string_append_printf(text, ",status=0x%x", f->status);
    }
    if (f->has_ext) {
        g_string_append_printf(text, ",ext=0x%" PRIx64, f->ext);
    }
    if (f->delay_ms) {
        g_string_append_printf(text, ",delay-ms=%u", f->delay_ms);
    }
    g_string_append_printf(text, "%s%s%s%s%s", f->execute ? ",execute" : "",
                           f->hang ? ",hang" : "", f->no_irq ? ",no-irq" : "",
                           f->power_cut ? ",power-cut" : "",
                           f->reset ? ",reset" : "");
    if (text->len) {
        g_string_erase(text, 0, 1);
    }
    return g_string_free(text, false);
}

static char *faults_text(AMDPSPState *s)
{
    GString *text = g_string_new("");
    unsigned i;

    for (i = 0; i < s->nr_faults; i++) {
        const PSPFault *f = &s->fault[i];
        g_autofree char *words = psp_fault_words(f);

        if (i) {
            g_string_append_c(text, ' ');
        }
        if (f->cmd != PSP_FAULT_ANY) {
            g_string_append_printf(text, "0x%x:", f->cmd);
        }
        g_string_append_printf(text, "count=%u", f->count == UINT32_MAX ? 0 : f->count);
        if (f->skip) {
            g_string_append_printf(text, ",skip=%u", f->skip);
        }
        g_string_append_printf(text, "%s%s", *words ? "," : "", words);
    }
    return g_string_free(text, false);
}

bool psp_fault_take(AMDPSPState *s, uint32_t cmd, PSPFault *fault)
{
    unsigned i;

    for (i = 0; i < s->nr_faults; i++) {
        PSPFault *f = &s->fault[i];

        if (f->cmd != PSP_FAULT_ANY && f->cmd != cmd) {
            continue;
        }
        if (f->skip) {
            f->skip--;
            continue;
        }
        *fault = *f;
        if (f->count != UINT32_MAX && !--f->count) {
            s->nr_faults--;
            memmove(f, f + 1, (s->nr_faults - i) * sizeof(*f));
        }
        return true;
    }
    return false;
}

static void fault_set(Object *obj, const char *value, Error **errp)
{
    if (!faults_arm(AMD_PSP(obj), value)) {
        error_setg(errp, "amd-psp: not a fault: %s", value);
    }
}

static char *fault_get(Object *obj, Error **errp)
{
    return faults_text(AMD_PSP(obj));
}

static void deaf_get(Object *obj, Visitor *v, const char *name, void *opaque,
                     Error **errp)
{
    int32_t cpu = qatomic_read(&AMD_PSP(obj)->deaf_cpu);

    visit_type_int32(v, name, &cpu, errp);
}

static void deaf_set(Object *obj, Visitor *v, const char *name, void *opaque,
                     Error **errp)
{
    int32_t cpu;

    if (!visit_type_int32(v, name, &cpu, errp)) {
        return;
    }
    if (cpu < -1 || cpu >= PSP_FW_MAX_THREADS) {
        error_setg(errp, "amd-psp: no such CPU: %d", cpu);
        return;
    }
    qatomic_set(&AMD_PSP(obj)->deaf_cpu, cpu);
}

void psp_fault_class_init(ObjectClass *klass)
{
    object_class_property_add_str(klass, "fault", fault_get, fault_set);
    object_class_property_add(klass, "deaf-cpu", "int32", deaf_get, deaf_set,
                              NULL, NULL);
}

static uint64_t port_read(void *opaque, hwaddr addr, unsigned size)
{
    AMDPSPState *s = opaque;

    if (addr == PSP_FAULT_RESULT) {
        return s->fault_error;
    }
    if (addr == PSP_FAULT_RESETS) {
        return MIN(s->resets, UINT8_MAX);
    }
    return s->fault_line[s->fault_len] ? s->fault_line[s->fault_len++] : 0;
}

static void port_write(void *opaque, hwaddr addr, uint64_t val, unsigned size)
{
    AMDPSPState *s = opaque;

    if (addr == PSP_FAULT_RESULT) {
        g_autofree char *text = faults_text(s);

        pstrcpy(s->fault_line, sizeof(s->fault_line), text);
        s->fault_len = 0;
    } else if (addr != PSP_FAULT_TEXT) {
        return;
    } else if (val != '\n') {
        if (s->fault_len < sizeof(s->fault_line) - 1) {
            s->fault_line[s->fault_len++] = val;
        }
        s->fault_line[s->fault_len] = '\0';
    } else {
        s->fault_error = s->fault_len == sizeof(s->fault_line) - 1 ||
                         !faults_arm(s, s->fault_line);
        memset(s->fault_line, 0, sizeof(s->fault_line));
        s->fault_len = 0;
    }
}

static const MemoryRegionOps port_ops = {
    .read = port_read,
    .write = port_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .impl = { .min_access_size = 1, .max_access_size = 1 },
    .valid = { .min_access_size = 1, .max_access_size = 1 },
};

void psp_fault_attach(AMDPSPState *s)
{
    memory_region_init_io(&s->fault_ports, OBJECT(s), &port_ops, s,
                          TYPE_AMD_PSP "-fault", PSP_FAULT_PORTS);
    memory_region_add_subregion(pci_address_space_io(&s->pdev), PSP_FAULT_PORT,
                                &s->fault_ports);
}

void psp_fault_detach(AMDPSPState *s)
{
    memory_region_del_subregion(pci_address_space_io(&s->pdev), &s->fault_ports);
}
