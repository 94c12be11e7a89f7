/** The authoritative DNS server: answers for app and alias domains from the same snapshot and rules as HTTP. */
@NullMarked
package io.grouter.dns;

import org.jspecify.annotations.NullMarked;
