package io.grouter.cli;

import java.net.ConnectException;
import java.net.UnknownHostException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Says for everything that can go wrong between here and a node what it was, what to do next, and the exit code. */
final class Failures {
    /** How the node says what {@code --force} does. */
    private static final Pattern FORCE = Pattern.compile("; \"force\": true .*");

    private static final String PROBLEM = "urn:grouter:problem:";
    private static final Map<String, String> ADVICE = Map.of(
            "unknown-route", "Names must be exact: ./grouter routes --host PART finds them.",
            "unknown-site", "./grouter sites lists them.",
            "not-in-effect", "./grouter overrides lists what is in effect.",
            "nothing-to-drain", "./grouter routes --host PART finds names; --force drains it all the same.",
            "refused", "--force does it all the same.",
            "too-many", "./grouter overrides lists what could be ended first; --force does not help.",
            "cursor-gone", "The node was started again meanwhile; begin again.",
            "busy", "The node is busy; try again in a few seconds.",
            "stopping", "The node is being stopped; --admin names another node of the site.",
            "too-many-requests", "Wait a minute, then try again.");

    private Failures() {}

    /** Returns the failure that there was no answer. */
    static CommandFailure unreachable(Target target, Throwable cause) {
        String at = Printable.of(target.toString());
        if (cause instanceof TimeoutException || cause instanceof HttpTimeoutException) {
            return unreachable(
                    at + " did not answer within "
                            + Figures.age(target.timeout().toMillis() / 1000.0),
                    "Is the node well? --timeout waits longer.");
        }
        for (Throwable each = cause; each != null; each = each.getCause()) {
            if (each instanceof SSLException) {
                return unreachable(
                        "no TLS with " + at + ": " + reason(each),
                        "--ca FILE names the CA of the node's certificate; --cert and --key show a certificate of yours.");
            }
            if (each instanceof UnresolvedAddressException || each instanceof UnknownHostException) {
                return unreachable("no such host: " + at, "--admin URL or GROUTER_ADMIN names the node.");
            }
            if (each instanceof ConnectException) {
                return unreachable(
                        "no node at " + at + ": connection refused",
                        "Is it running there? --admin URL or GROUTER_ADMIN names another one; admin.listen of its"
                                + " configuration says where it listens.");
            }
        }
        return unreachable(
                "no answer from " + at + ": " + reason(cause),
                "Is a node's admin API there, and does it speak http or https as in the URL?");
    }

    private static CommandFailure unreachable(String message, String advice) {
        return new CommandFailure(ExitCodes.UNREACHABLE, message, advice);
    }

    /** Returns what a throwable says, in one line. */
    static String reason(Throwable cause) {
        String message = cause.getMessage();
        return Printable.of(message == null ? cause.getClass().getSimpleName() : message);
    }

    /** Returns the failure that an answer's status and problem document tell. */
    static CommandFailure answered(Target target, boolean write, Reply reply) {
        Fields problem = problem(reply.body());
        if (problem == null) {
            return new CommandFailure(
                    ExitCodes.NODE_FAILED,
                    target + " answered " + reply.status() + " as no Grouter does",
                    "--admin URL or GROUTER_ADMIN names the node's admin API (admin.listen of its configuration).");
        }
        String type = problem.text("type").replace(PROBLEM, "");
        String said = problem.text(problem.has("detail") ? "detail" : "title");
        String detail = Printable.of(FORCE.matcher(said).replaceFirst(""));
        return switch (reply.status()) {
            case 401 ->
                new CommandFailure(
                        ExitCodes.NOT_ALLOWED,
                        "not logged in at " + target + ": " + detail,
                        target.token().isEmpty()
                                ? "GROUTER_TOKEN in the environment takes a token; --cert and --key a certificate."
                                : "The node does not know the token in GROUTER_TOKEN.");
            case 403 ->
                new CommandFailure(
                        ExitCodes.NOT_ALLOWED,
                        "not allowed: " + detail,
                        "This takes the role " + (write ? "operate" : "read")
                                + "; the token in GROUTER_TOKEN or the certificate does not have it.");
            case 400, 422 -> new CommandFailure(ExitCodes.USAGE, detail, "");
            case 429, 503 -> new CommandFailure(ExitCodes.NODE_FAILED, detail, ADVICE.getOrDefault(type, "Try again."));
            default ->
                new CommandFailure(
                        reply.status() < 500 ? ExitCodes.NO : ExitCodes.NODE_FAILED,
                        detail,
                        ADVICE.getOrDefault(type, reply.status() < 500 ? "" : "The node's log says more."));
        };
    }

    private static @Nullable Fields problem(String body) {
        try {
            Fields problem = Json.object(body);
            return problem.has("title") || problem.has("detail") ? problem : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
