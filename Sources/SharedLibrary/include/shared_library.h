/* Nothing: see empty.c. */
