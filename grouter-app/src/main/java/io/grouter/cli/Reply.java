package io.grouter.cli;

/** An answer of a node: status, and body as text. */
record Reply(int status, String body) {}
