/** The HTTP API for operators: tables, sites, explanations, health, metrics. */
@NullMarked
package io.grouter.admin;

import org.jspecify.annotations.NullMarked;
