package io.grouter.admin;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One thing that can be asked for: a method and a path, who may, and what answers.
 *
 * @param path with at most one parameter in braces, which stands for one segment, or, with a star at its end, for all
 *     that follows
 * @param parameters the names allowed in the query
 * @param tag returns what changes when the answer does, without making the answer; null = that is not known
 */
record Operation(
        String method,
        String path,
        Role role,
        List<String> parameters,
        @Nullable Tag tag,
        Handler handler) {
    /** Answers. */
    @FunctionalInterface
    interface Handler {
        /** Answers one call; throws {@link IllegalArgumentException} when something of it is not allowed. */
        AdminApi.Answer answer(Call call);
    }

    /** Says what changes when an answer does. */
    @FunctionalInterface
    interface Tag {
        /** Returns the tag of the answer to a call; null = this answer has none. */
        @Nullable
        String of(Call call);
    }

    static Operation get(String path, List<String> parameters, Handler handler) {
        return new Operation("GET", path, Role.READ, parameters, null, handler);
    }

    static Operation open(String path, Handler handler) {
        return new Operation("GET", path, Role.NONE, List.of(), null, handler);
    }

    static Operation write(String method, String path, List<String> parameters, Handler handler) {
        return new Operation(method, path, Role.OPERATE, parameters, null, handler);
    }

    Operation tagged(Tag with) {
        return new Operation(method, path, role, parameters, with, handler);
    }

    /** Returns what a path has in the place of the parameter, {@code ""} when there is none, or null when it does not fit. */
    @Nullable
    String argument(String asked) {
        int open = path.indexOf('{');
        if (open < 0) {
            return path.equals(asked) ? "" : null;
        }
        String before = path.substring(0, open);
        String after = path.substring(path.indexOf('}') + 1);
        if (asked.length() <= before.length() + after.length() || !asked.startsWith(before) || !asked.endsWith(after)) {
            return null;
        }
        String argument = asked.substring(before.length(), asked.length() - after.length());
        return argument.indexOf('/') >= 0 && !path.contains("*}") ? null : argument;
    }
}
