/** The commands for operators: what a node's admin API says as tables, JSON or a live screen, and orders to it. */
@NullMarked
package io.grouter.cli;

import org.jspecify.annotations.NullMarked;
