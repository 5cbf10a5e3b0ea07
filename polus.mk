# polus.mk: live updates of a program from its own Makefile.
#
# Include it at the end of the Makefile, with POLUS_PROGRAM set before:
#
#     POLUS_PROGRAM = server
#     include polus.mk
#
# When a version goes live, keep its capture and its executable:
#
#     make polus-capture && cp -r polus-capture server /srv/releases/1/
#
# and from a later version's sources update what runs:
#
#     make polus-apply POLUS_OLD=/srv/releases/1/polus-capture POLUS_BINARY=/srv/releases/1/server
#
# Targets
#   polus-capture   build from scratch with polus-cc, recording every compile and link
#   polus-patch     construct $(POLUS_PATCH) from POLUS_OLD to this version
#   polus-apply     apply it to the running processes
#
# Variables
#   POLUS_PROGRAM   the program, as the Makefile builds it                  (needed)
#   POLUS_OLD       capture folder of the version that runs                 (for polus-patch)
#   POLUS_BINARY    executable file of the version that runs                (for polus-patch)
#   POLUS_PID       processes to update; default: all that run POLUS_BINARY
#   POLUS_BUILD     targets that build the program; default: $(POLUS_PROGRAM)
#   POLUS_CLEAN     targets that remove what is built; default: clean
#   POLUS_CAPTURE   capture folder of this version; default: polus-capture
#   POLUS_PATCH     the patch; its source is beside it; default: polus-patch.so
#   POLUSC_FLAGS    further options of polusc, as --callbacks FILE.c
#   POLUS_FLAGS     further options of polus, as --timeout SECONDS
#   POLUSC, POLUS, POLUS_CC   the programs; default: those in PATH

POLUS_BUILD ?= $(POLUS_PROGRAM)
POLUS_CLEAN ?= clean
POLUS_CAPTURE ?= polus-capture
POLUS_PATCH ?= polus-patch.so
POLUSC ?= polusc
POLUS ?= polus
POLUS_CC ?= polus-cc

# The compiler below polus-cc, also where CC names polus-cc already.
polus_compiler := $(filter-out polus-cc %/polus-cc,$(CC))
polus_source = $(POLUS_PATCH:.so=.c)
polus_needs = $(if $($(1)),,$(error $(1) is not set; polus.mk says what it is))

.PHONY: polus-capture polus-patch polus-apply polus-check

polus-capture:
	$(call polus_needs,POLUS_PROGRAM)
	$(MAKE) $(POLUS_CLEAN)
	rm -rf '$(POLUS_CAPTURE)'
	$(MAKE) POLUS_CAPTURE='$(abspath $(POLUS_CAPTURE))' CC='$(POLUS_CC) $(polus_compiler)' $(POLUS_BUILD)

polus-patch: polus-check polus-capture
	$(POLUSC) '$(POLUS_OLD)' '$(POLUS_CAPTURE)' --program '$(notdir $(POLUS_PROGRAM))' \
		--binary '$(POLUS_BINARY)' $(POLUSC_FLAGS) -o '$(polus_source)'
	$(polus_compiler) -O2 -fPIC -shared '$(polus_source)' -o '$(POLUS_PATCH)'

# Before anything is built; the capture of this version is made anew.
polus-check:
	$(call polus_needs,POLUS_OLD)$(call polus_needs,POLUS_BINARY)
	@test '$(abspath $(POLUS_OLD))' != '$(abspath $(POLUS_CAPTURE))' || \
		{ echo 'polus.mk: POLUS_OLD is where this version is captured; keep a copy elsewhere' >&2; exit 2; }

polus-apply: polus-patch
	$(POLUS) apply $(if $(POLUS_PID),-p $(POLUS_PID),--exe '$(realpath $(POLUS_BINARY))') $(POLUS_FLAGS) '$(POLUS_PATCH)'
