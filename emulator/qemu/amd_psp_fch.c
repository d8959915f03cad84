/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The southbridge's SMBus function, as far as configuration space goes.  The
 * IVRS table says that the IOAPIC is at 00:14.0, and Linux 7.3 remaps interrupts
 * only if it finds a function of this class there.
 */
#include "qemu/osdep.h"
#include "hw/pci/pci_device.h"
#include "target/i386/snp_compat.h"

#define TYPE_AMD_FCH_SMBUS      "amd-fch-smbus"
#define FCH_SMBUS_DEVICE_ID     0x790b

static void fch_smbus_realize(PCIDevice *pdev, Error **errp)
{
}

static void fch_smbus_class_init(ObjectClass *klass, SNPClassData *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);
    PCIDeviceClass *k = PCI_DEVICE_CLASS(klass);

    k->realize = fch_smbus_realize;
    k->vendor_id = PCI_VENDOR_ID_AMD;
    k->device_id = FCH_SMBUS_DEVICE_ID;
    k->revision = 0x61;
    k->class_id = PCI_CLASS_SERIAL_SMBUS;
    dc->desc = "SMBus function of an AMD southbridge (nothing is behind it)";
    set_bit(DEVICE_CATEGORY_MISC, dc->categories);
}

static const TypeInfo fch_smbus_info = {
    .name = TYPE_AMD_FCH_SMBUS,
    .parent = TYPE_PCI_DEVICE,
    .instance_size = sizeof(PCIDevice),
    .class_init = fch_smbus_class_init,
    .interfaces = (InterfaceInfo[]) {
        { INTERFACE_CONVENTIONAL_PCI_DEVICE },
        { },
    },
};

static void fch_smbus_register(void)
{
    type_register_static(&fch_smbus_info);
}

type_init(fch_smbus_register)
