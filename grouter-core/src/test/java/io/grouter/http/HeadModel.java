package io.grouter.http;

import io.grouter.http.Head.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The plainest reader of heads there can be: text, split at line ends, matched with regular expressions. */
final class HeadModel {
    private static final String TOKEN = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+";
    private static final String VALUE = "[\\t\\x20-\\x7e\\x80-\\xff]*?";
    private static final Pattern REQUEST =
            Pattern.compile("(" + TOKEN + ") ([\\x21-\\x7e\\x80-\\xff]+) HTTP/1\\.([01])");
    private static final Pattern ANSWER = Pattern.compile("HTTP/1\\.([01]) (([1-9][0-9]{2})( " + VALUE + ")?)");
    private static final Pattern HEADER = Pattern.compile("(" + TOKEN + "):[ \\t]*(" + VALUE + ")[ \\t]*");

    private HeadModel() {}

    /** One name and value. */
    record Pair(String name, String value) {}

    /** What there is to know of a head; {@code start} has the parts of the first line. */
    record Result(String outcome, int consumed, List<String> start, List<Pair> pairs) {
        static final Result REFUSED = new Result("MALFORMED", 0, List.of(), List.of());
        static final Result INCOMPLETE = new Result("INCOMPLETE", 0, List.of(), List.of());
    }

    static Result read(Kind kind, HeadLimits limits, String text) {
        List<Pair> pairs = new ArrayList<>();
        List<String> start = kind == Kind.TRAILERS ? List.of() : null;
        boolean skipped = false;
        int at = 0;
        int headersStart = 0;
        while (true) {
            int end = text.indexOf('\n', at) + 1;
            int reached = end == 0 ? text.length() : end;
            if (start == null
                    ? reached - at > limits.startLineBytes()
                    : reached - headersStart > limits.headerBytes()) {
                return Result.REFUSED;
            }
            if (end == 0) {
                return Result.INCOMPLETE;
            }
            String line = text.substring(at, end);
            if (!line.endsWith("\r\n")) {
                return Result.REFUSED;
            }
            line = line.substring(0, line.length() - 2);
            at = end;
            if (line.isEmpty() && start != null) {
                return fits(kind, start, pairs) ? new Result("COMPLETE", at, start, pairs) : Result.REFUSED;
            }
            if (line.isEmpty()) {
                if (skipped) {
                    return Result.REFUSED;
                }
                skipped = true;
            } else if (start == null) {
                start = startLine(kind, line);
                headersStart = at;
                if (start.isEmpty()) {
                    return Result.REFUSED;
                }
            } else {
                Matcher header = HEADER.matcher(line);
                if (!header.matches() || pairs.size() == limits.headers()) {
                    return Result.REFUSED;
                }
                pairs.add(new Pair(header.group(1), header.group(2)));
                if (!maySoFar(kind, pairs)) {
                    return Result.REFUSED;
                }
            }
        }
    }

    private static List<String> startLine(Kind kind, String line) {
        Matcher match = (kind == Kind.REQUEST ? REQUEST : ANSWER).matcher(line);
        if (!match.matches()) {
            return List.of();
        }
        return kind == Kind.REQUEST
                ? List.of(match.group(3), match.group(1), match.group(2))
                : List.of(match.group(1), match.group(3), match.group(2));
    }

    private static List<String> values(List<Pair> pairs, String name) {
        return pairs.stream()
                .filter(pair -> pair.name().equalsIgnoreCase(name))
                .map(Pair::value)
                .toList();
    }

    private static boolean maySoFar(Kind kind, List<Pair> pairs) {
        List<String> lengths = values(pairs, "Content-Length");
        List<String> codings = values(pairs, "Transfer-Encoding");
        return lengths.size() <= 1
                && lengths.stream().allMatch(length -> length.matches("[0-9]{1,18}"))
                && codings.size() <= 1
                && codings.stream().allMatch(coding -> coding.equalsIgnoreCase("chunked"))
                && (kind != Kind.REQUEST || values(pairs, "Host").size() <= 1);
    }

    private static boolean fits(Kind kind, List<String> start, List<Pair> pairs) {
        boolean coded = !values(pairs, "Transfer-Encoding").isEmpty();
        boolean old = kind != Kind.TRAILERS && start.get(0).equals("0");
        return !(coded && !values(pairs, "Content-Length").isEmpty())
                && !(coded && old)
                && (kind != Kind.REQUEST || old || !values(pairs, "Host").isEmpty());
    }
}
