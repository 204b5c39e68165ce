/* HEVC pictures for libheif, decoded by libde265 on the caller's thread and within limits.
 *
 * libheif's own decoder believes the sizes that a coded picture states and starts a thread for each; a file of some
 * hundred bytes can so ask for gigabytes, whatever size the container tells. */
#ifndef DECODER_HEIF_HEVC_H
#define DECODER_HEIF_HEVC_H

#include <facenet_plugin.h>
#include <libheif/heif.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Makes the decoder known to libheif, which takes it on threads that have a budget and on no others: what else uses
 * libheif in this process keeps its own. Once a process. */
struct heif_error hevc_register(void);

/* What the coded pictures of a file may cost, and what came of it. */
typedef struct hevc_budget {
  const facenet_host *host;
  uint64_t most_pixels;  /* of one picture */
  uint64_t pixels;       /* that may still be decoded, of tiles and transparency too */
  int is_exceeded;       /* a picture was refused for its size */
  int is_cancelled;      /* the caller wants no more */
  const char *failure;   /* why the last picture was not decoded; NULL: all were */
} hevc_budget;

/* Whose budget the calling thread decodes from here on; NULL: it has none. */
void hevc_charge(hevc_budget *budget);

#ifdef __cplusplus
}
#endif

#endif
