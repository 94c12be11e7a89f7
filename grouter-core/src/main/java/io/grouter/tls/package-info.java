/** Certificates and keys from PEM files, read again when they change. */
@NullMarked
package io.grouter.tls;

import org.jspecify.annotations.NullMarked;
