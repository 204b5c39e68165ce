/* Who is on a photograph?  identify GALLERY NAME PHOTO NAME PHOTO PHOTO   enrols two people in a new gallery, each from a
 * photograph that shows them alone, and names the faces of the last.   exit status: 0 all known, 1 not all, 2 failed */
#include <facenet.h>
#include <stdio.h>

enum { capacity = 16 };

static int failed(const char *what) {
  fprintf(stderr, "identify: %s: %s\n", what, facenet_error_message());
  return 2;
}

static int enrol(facenet_gallery *gallery, facenet_pipeline *pipeline, const char *name, const char *path) {
  facenet_bitmap *bitmap;
  facenet_image image;
  int64_t person;
  if (facenet_bitmap_open(path, &bitmap) != FACENET_OK) return failed(path);
  int status = 0;
  if (facenet_bitmap_image(bitmap, &image) != FACENET_OK ||
      facenet_gallery_enrol_images(gallery, pipeline, name, NULL, &image, 1, 0, &person) != FACENET_OK)
    status = failed(path);
  facenet_bitmap_free(bitmap);
  return status;
}

static int identify(facenet_gallery *gallery, facenet_pipeline *pipeline, const char *path) {
  static float embeddings[capacity * 4096];
  facenet_identification found[capacity];
  facenet_bitmap *bitmap;
  facenet_image image;
  size_t count = 0;
  if (facenet_gallery_dimension(gallery) > 4096) return failed("the dimension");
  if (facenet_bitmap_open(path, &bitmap) != FACENET_OK) return failed(path);
  facenet_status status = facenet_bitmap_image(bitmap, &image);
  if (status == FACENET_OK) status = facenet_pipeline_embed(pipeline, &image, NULL, embeddings, capacity, &count);
  if (count > capacity) count = capacity;
  if (status == FACENET_OK) status = facenet_gallery_identify(gallery, embeddings, count, NULL, NULL, found);
  facenet_bitmap_free(bitmap);
  if (status != FACENET_OK) return failed(path);

  int known = 0;
  for (size_t i = 0; i < count; i++) {
    facenet_person person;
    if (found[i].verdict == FACENET_KNOWN && facenet_gallery_person(gallery, found[i].person, &person) == FACENET_OK) {
      printf("%s: distance %.3f, threshold %.3f\n", person.name, found[i].distance, found[i].threshold);
      known++;
    } else {
      printf("%s: distance %.3f, threshold %.3f\n", found[i].verdict == FACENET_AMBIGUOUS ? "one of two" : "unknown",
             found[i].distance, found[i].threshold);
    }
  }
  return known == (int)count ? 0 : 1;
}

int main(int argc, char **argv) {
  facenet_pipeline *pipeline;
  facenet_gallery *gallery;
  if (argc != 7) {
    fprintf(stderr, "usage: identify GALLERY NAME PHOTO NAME PHOTO PHOTO\n");
    return 2;
  }
  if (facenet_pipeline_new(NULL, NULL, &pipeline) != FACENET_OK) return failed("the models");
  if (facenet_gallery_create(argv[1], pipeline, NULL, &gallery) != FACENET_OK) return failed(argv[1]);
  int status = enrol(gallery, pipeline, argv[2], argv[3]);
  if (status == 0) status = enrol(gallery, pipeline, argv[4], argv[5]);
  if (status == 0) status = identify(gallery, pipeline, argv[6]);
  facenet_gallery_free(gallery);
  facenet_pipeline_free(pipeline);
  return status;
}
