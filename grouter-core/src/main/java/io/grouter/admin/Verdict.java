package io.grouter.admin;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Whether a request is answered.
 *
 * @param caller who asks, as far as that is known
 * @param refusal what is answered instead; null = it is let in
 * @param headers what the refusal has in its head besides
 */
record Verdict(Caller caller, AdminApi.@Nullable Answer refusal, Map<String, String> headers) {
    /** Lets a caller in. */
    static Verdict admitted(Caller caller) {
        return new Verdict(caller, null, Map.of());
    }

    /** Refuses a caller. */
    static Verdict refused(Caller caller, int status, String title, String detail, Map<String, String> headers) {
        return new Verdict(caller, AdminApi.Answer.problem(status, title, detail), headers);
    }
}
