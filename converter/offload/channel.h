#pragma once

#include "base/json.h"

/**
 * SECTION: channel
 *
 * A process of a command of the user's, and the way to it: lines of JSON through a
 * socket, and memory that both see (docs/offload.md).
 */

typedef struct _OffloadChannel OffloadChannel;

/** offload_channel_start: (transfer full): the command, started. */
OffloadChannel *offload_channel_start (char **argv, const char *framework,
                                       GError **error);
/** offload_channel_stop: ends the process. */
void offload_channel_stop (OffloadChannel *channel);
/** offload_channel_memory: the memory, at least @size bytes of it; what it held stays. */
guint8 *offload_channel_memory (OffloadChannel *channel, gsize size, GError **error);
/** offload_channel_ask: (transfer full): sends @line and waits for the answer, an object
 * without "error". @broken: (out): whether the process cannot be asked again. */
JsonNode *offload_channel_ask (OffloadChannel *channel, const char *line,
                               gboolean *broken, GError **error);
