/** Learns this site's routes by listening to its NATS: message to route change, and the state of the feed. */
@NullMarked
package io.grouter.nats;

import org.jspecify.annotations.NullMarked;
