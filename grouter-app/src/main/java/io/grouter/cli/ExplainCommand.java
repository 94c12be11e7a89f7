package io.grouter.cli;

import io.grouter.cli.Session.Answer;
import io.grouter.steering.Rule;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code grouter explain}. */
@Command(
        name = "explain",
        description = {
            "Say what would happen to a request, or to a DNS query, and why: every rule in order, with what it says or would",
            "have said; the one that decided has a star."
        })
final class ExplainCommand implements Callable<Integer> {
    private static final List<Column> RULES =
            List.of(Column.text(""), Column.text("RULE"), Column.text("SAYS").shrinkingTo(12));

    @Mixin
    private final AdminOptions admin;

    @Parameters(arity = "0..1", paramLabel = "URL", description = "What is asked for; http:// may be left out.")
    private @Nullable String url;

    @Option(names = "--dns", paramLabel = "NAME", description = "Explain the answer to a DNS query instead.")
    private @Nullable String name;

    @Option(names = "--type", paramLabel = "TYPE", description = "With --dns: ${COMPLETION-CANDIDATES} (default: A).")
    private @Nullable Type type;

    @Option(names = "--client", paramLabel = "ADDRESS", description = "The client's address (default: 127.0.0.1).")
    private @Nullable String client;

    @Option(names = "--method", paramLabel = "METHOD", description = "The request's method (default: GET).")
    private @Nullable String method;

    @Option(names = "--session", paramLabel = "INSTANCE", description = "The session's __VCAP_ID__.")
    private @Nullable String session;

    @Option(names = "--credentials", description = "The request carries a cookie or Authorization.")
    private boolean credentials;

    @Option(names = "--relayed", description = "The request comes from another site's Grouter.")
    private boolean relayed;

    ExplainCommand(Surroundings surroundings) {
        this.admin = new AdminOptions(surroundings);
    }

    /** Types of DNS queries. */
    enum Type {
        A,
        AAAA
    }

    @Override
    public Integer call() {
        return admin.run(talk -> {
            Answer answer = talk.get(query());
            Fields explain = answer.fields().object("explain");
            if (talk.json()) {
                talk.print(answer);
            } else {
                talk.out().line(name == null ? http(explain) : dns(explain));
                show(talk, explain);
            }
            return ExitCodes.OK;
        });
    }

    private Query query() throws CommandFailure {
        boolean ofRequest = method != null || session != null || credentials || relayed;
        if ((url == null) == (name == null)) {
            throw new CommandFailure(ExitCodes.USAGE, "one of URL and --dns NAME is needed", "");
        }
        if (name != null && ofRequest) {
            throw new CommandFailure(
                    ExitCodes.USAGE, "--method, --session, --credentials and --relayed go with a URL", "");
        }
        if (url != null && type != null) {
            throw new CommandFailure(ExitCodes.USAGE, "--type goes with --dns", "");
        }
        return new Query("/v1/explain")
                .with("url", url)
                .with("name", name)
                .with("type", type)
                .with("client", client)
                .with("method", method)
                .with("session", session)
                .with("credentials", credentials ? true : null)
                .with("relayed", relayed ? true : null);
    }

    private static String http(Fields explain) {
        String how = Decisions.toWhere(explain);
        if (explain.has("location")) {
            how += ", at " + Printable.of(explain.text("location"));
        } else if (explain.has("host")) {
            how += " as " + Printable.of(explain.text("host"));
        }
        return Printable.of(explain.text("url")) + " is " + how + ", because " + because(explain) + ".";
    }

    private static String dns(Fields explain) {
        String asked = Printable.of(explain.text("name")) + " " + Printable.of(explain.text("type"));
        String answers = explain.objects("answers").stream()
                .map(each -> each.text("address") + " (" + each.text("ttl") + " s)")
                .collect(Collectors.joining(", "));
        String sites = String.join(", ", explain.texts("sites"));
        return asked + " is answered "
                + Printable.of(
                        answers.isEmpty()
                                ? "with " + explain.text("rcode") + " and no addresses"
                                : "with " + answers + (sites.isEmpty() ? "" : " of " + sites))
                + ", because " + because(explain) + ".";
    }

    private static String because(Fields explain) {
        String reason = explain.text("reason");
        return Stream.of(Rule.values())
                .filter(each -> each.reason().equals(reason))
                .map(each -> each.text() + " (" + reason + ")")
                .findFirst()
                .orElse("of " + Printable.of(reason));
    }

    private static void show(Session talk, Fields explain) {
        Output out = talk.out();
        if (explain.has("route")) {
            out.line("route: " + Printable.of(explain.text("route")));
        }
        out.line("");
        talk.print(
                RULES,
                explain.objects("rules").stream().map(ExplainCommand::rule).toList(),
                "no rules");
        if (!explain.texts("steps").isEmpty()) {
            out.line("");
            explain.texts("steps").forEach(each -> out.line("- " + Printable.of(each)));
        }
    }

    private static List<Cell> rule(Fields rule) {
        boolean decided = rule.flag("decided");
        String site = rule.text("site");
        String preposition = rule.text("says").equals("addresses") ? " of " : " to ";
        String says = !rule.has("says") ? "-" : rule.text("says") + (site.isEmpty() ? "" : preposition + site);
        return List.of(
                Cell.of(decided ? "*" : "", Ink.GOOD),
                Cell.of(rule.text("rule"), decided ? Ink.BOLD : Ink.PLAIN),
                Cell.of(says, decided ? Ink.BOLD : Ink.PLAIN));
    }
}
