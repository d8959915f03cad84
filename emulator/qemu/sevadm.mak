# SPDX-License-Identifier: GPL-2.0-or-later
# The devices of the emulated SNP host, for configure --with-devices-x86_64
CONFIG_Q35=y
CONFIG_AMD_IOMMU=y
CONFIG_AMD_PSP=y
CONFIG_ISA_DEBUG=y
CONFIG_EDU=y
