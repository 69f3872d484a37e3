// SPDX-License-Identifier: GPL-2.0
/*
 * photon_life.c - histories of three nodes, driven by bytes: messages that are
 * lost, repeated and reordered, crashes, restarts, the chain; two bytes a step.
 * The oracle is photon_sim.c's.
 */
#include <stddef.h>
#include <stdint.h>

#include "../unit/photon_sim.h"

#define STEPS_MAX	200

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct sim s;
	size_t step;

	sim_open(&s);
	for (step = 0; step < STEPS_MAX && 2 * step + 1 < size; step++)
		sim_op(&s, data[2 * step], data[2 * step + 1]);
	sim_settle_down(&s);
	sim_close(&s);
	return 0;
}
