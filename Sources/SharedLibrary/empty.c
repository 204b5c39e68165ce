/* This target holds the link settings of libfacenet.so, which only that product lists. */
typedef int facenet_shared_library;
