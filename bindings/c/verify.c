/* Are two photographs of one person?  verify A.jpg B.jpg   exit status: 0 yes, 1 no, 2 undecided */
#include <facenet.h>
#include <stdio.h>

int main(int argc, char **argv) {
  if (argc != 3) {
    fprintf(stderr, "usage: verify A.jpg B.jpg\n");
    return 2;
  }
  facenet_verification result;
  if (facenet_verify(argv[1], argv[2], &result) != FACENET_OK) {
    fprintf(stderr, "verify: %s\n", facenet_error_message());
    return 2;
  }
  printf("%s: distance %.3f, threshold %.3f\n", result.same ? "same person" : "different people",
         result.distance, result.threshold);
  return result.same ? 0 : 1;
}
