package io.grouter.bundle;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Takes secrets out of text. The node masks its own; this is for those that got somewhere they do not belong. */
final class Scrubber {
    private static final String MASK = "***";

    private static final List<Map.Entry<Pattern, String>> SECRETS = List.of(
            Map.entry(
                    Pattern.compile(
                            "-----BEGIN ([A-Z ]*)PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|\\z)",
                            Pattern.DOTALL),
                    "-----$1PRIVATE KEY " + MASK + "-----"),
            Map.entry(Pattern.compile("(://)[^/\\s\"@:]*:[^/\\s\"@]*@"), "$1" + MASK + "@"),
            Map.entry(Pattern.compile("(?i)\\b(bearer|basic) +[A-Za-z0-9._~+/=-]+"), "$1 " + MASK),
            Map.entry(
                    Pattern.compile(
                            "(?i)(\"[a-z]*(?:password|secret|signingkey|token|passphrase)\"\\s*:\\s*)\"[^\"]*\""),
                    "$1\"" + MASK + "\""),
            Map.entry(
                    Pattern.compile("(?i)\\b((?:password|secret|signingkey|token|passphrase)[:=]\\s*)[^\\s,\"]+"),
                    "$1" + MASK));

    private final @Nullable String token;

    /** Makes a scrubber that knows the token with which the node is asked; null = there is none. */
    Scrubber(@Nullable String token) {
        this.token = token == null || token.isBlank() ? null : token;
    }

    String scrub(String text) {
        String clean = token == null ? text : text.replace(token, MASK);
        for (Map.Entry<Pattern, String> each : SECRETS) {
            clean = each.getKey().matcher(clean).replaceAll(each.getValue());
        }
        return clean;
    }
}
