package io.grouter.admin;

import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One request to the admin API.
 *
 * @param argument what stands in the path in the place of the operation's parameter; {@code ""} when it has none
 * @param query its parameters, of which each is known
 * @param body its body, bounded
 * @param headers returns the value of a header, or null
 */
record Call(String argument, Query query, byte[] body, Headers headers) {
    /** Returns the value of a header, or null. */
    @FunctionalInterface
    interface Headers extends UnaryOperator<@Nullable String> {
        /** None. */
        Headers NONE = name -> null;
    }
}
