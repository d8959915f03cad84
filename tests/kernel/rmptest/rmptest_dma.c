// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * QEMU's device "edu" copies its buffer to memory (docs/specs/edu.rst there).
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/iopoll.h>
#include <linux/pci.h>

#include "rmptest.h"

#define EDU_DMA_SRC	0x80
#define EDU_DMA_DST	0x88
#define EDU_DMA_CNT	0x90
#define EDU_DMA_CMD	0x98
#define EDU_DMA_RUN	1
#define EDU_DMA_TO_RAM	2
#define EDU_BUFFER	0x40000
#define EDU_DMA_BITS	28
#define EDU_LEN		16

static struct pci_dev *edu;
static void __iomem *edu_regs;

static int edu_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	int ret = pcim_enable_device(pdev);

	if (ret)
		return ret;
	ret = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(EDU_DMA_BITS));
	if (ret)
		return ret;
	edu_regs = pcim_iomap(pdev, 0, 0);
	if (!edu_regs)
		return -ENOMEM;
	pci_set_master(pdev);
	edu = pdev;
	return 0;
}

static void edu_remove(struct pci_dev *pdev)
{
	edu = NULL;
}

static const struct pci_device_id edu_ids[] = {
	{ PCI_DEVICE(0x1234, 0x11e8) },
	{ }
};

static struct pci_driver edu_driver = {
	.name = "rmptest",
	.id_table = edu_ids,
	.probe = edu_probe,
	.remove = edu_remove,
};

/* The device's buffer is zero: so are the first bytes of the page afterwards, or not */
int rmptest_dma(unsigned int page)
{
	dma_addr_t addr;
	u32 cmd;
	int ret;

	if (!edu)
		return -ENODEV;
	addr = dma_map_page(&edu->dev, rmptest_block + page, 0, PAGE_SIZE, DMA_FROM_DEVICE);
	if (dma_mapping_error(&edu->dev, addr))
		return -ENOMEM;
	writeq(EDU_BUFFER, edu_regs + EDU_DMA_SRC);
	writeq(addr, edu_regs + EDU_DMA_DST);
	writeq(EDU_LEN, edu_regs + EDU_DMA_CNT);
	writeq(EDU_DMA_RUN | EDU_DMA_TO_RAM, edu_regs + EDU_DMA_CMD);
	ret = readl_poll_timeout(edu_regs + EDU_DMA_CMD, cmd, !(cmd & EDU_DMA_RUN), 1000, 5000000);
	dma_unmap_page(&edu->dev, addr, PAGE_SIZE, DMA_FROM_DEVICE);
	return ret;
}

int rmptest_dma_init(void)
{
	return pci_register_driver(&edu_driver);
}

void rmptest_dma_exit(void)
{
	pci_unregister_driver(&edu_driver);
}
