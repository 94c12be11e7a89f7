package io.grouter.sim;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A client that asks for one thing again and again, at one node of one site as long as that takes connections, else at
 * the site's other node, and, when the whole site takes none, at the next site. Follows redirects as a client whose
 * resolver knows all names.
 */
final class Visitor {
    private static final long API_NANOS = 1_000_000_000;

    final Column column;
    final int site;
    final int node;
    private final KeptConnections connections;
    private final AtomicLong asked = new AtomicLong();

    /**
     * Makes one that has not asked yet.
     *
     * @param number tells this client's address from those of the others, 1 to 254
     */
    Visitor(Column column, int site, int node, int number) {
        this.column = column;
        this.site = site;
        this.node = node;
        this.connections = new KeptConnections("127.9.0." + number, node);
    }

    /** Returns how many requests have ended. */
    long asked() {
        return asked.get();
    }

    /** Makes one request, and tells the row, which knows that it has begun. */
    void visit(Row row) {
        long begin = System.nanoTime();
        StringBuilder story = new StringBuilder();
        String outcome = column == Column.API ? askApi(story) : ask(story);
        long nanos = System.nanoTime() - begin;
        if (column == Column.API && outcome.equals(column.usual) && nanos > API_NANOS) {
            outcome = "slow";
        }
        asked.incrementAndGet();
        row.end(new Row.Visit(this, outcome, connections.cutOffs(), nanos, story.toString()));
    }

    private String askApi(StringBuilder story) {
        String path = asked() % 2 == 0 ? "/ready" : "/v1/sites";
        try {
            int status = ProcessSites.ask(site, node, path).status();
            story.append(path).append(": ").append(status);
            return status == 200 || (path.equals("/ready") && status == 503) ? column.usual : String.valueOf(status);
        } catch (IOException e) {
            story.append(path).append(": ").append(e);
            return "no answer";
        }
    }

    /** Returns where a client that asked for an app which runs in one other site alone would find it. */
    private int elsewhere() {
        return site % ProcessSites.SITES + 1;
    }

    private String ask(StringBuilder story) {
        String app = switch (column) {
            case LOCAL -> ProcessSites.only(site).host();
            case REMOTE -> ProcessSites.only(elsewhere()).host();
            case UNKNOWN -> "nobody." + Deployment.APP_DOMAIN;
            default -> ProcessSites.everywhere().host();
        };
        String host = column == Column.ALIAS
                ? app.replace("." + Deployment.APP_DOMAIN, ".dc" + site + "." + Deployment.APP_DOMAIN) + ":"
                        + ProcessSites.aliasPort(site)
                : app;
        HttpHead request = new HttpHead("GET /" + asked() + " HTTP/1.1").set("Host", host);
        if (asked() % 2 == 1) {
            request.set("Cookie", "with=it"); // what carries this is relayed, not redirected
        }
        int at = site;
        try {
            HttpProbe.Answer answer = first(request, story);
            for (int hops = 0; answer.status() == 307 && hops < ProcessSites.SITES; hops++) {
                URI to = URI.create(answer.header("Location"));
                at = to.getPort() - ProcessSites.aliasPort(0);
                request.set("Host", to.getRawAuthority());
                answer = tell(connections.get(at, request), story);
            }
            return outcome(answer);
        } catch (KeptConnections.Refused e) {
            return "refused by dc" + at;
        } catch (SocketTimeoutException e) {
            return "no answer in time from dc" + at;
        } catch (IOException e) {
            return "broken off by dc" + at;
        }
    }

    private HttpProbe.Answer first(HttpHead request, StringBuilder story) throws IOException {
        for (int tried = 0; ; tried++) {
            int at = (site - 1 + tried) % ProcessSites.SITES + 1;
            try {
                return tell(connections.get(at, request), story);
            } catch (KeptConnections.Refused e) {
                story.append("dc").append(at).append(" refuses; ");
                if (column == Column.ALIAS || tried == ProcessSites.SITES - 1) { // an alias leads to one site alone
                    throw e;
                }
            }
        }
    }

    private static HttpProbe.Answer tell(HttpProbe.Answer answer, StringBuilder story) {
        story.append(answer.status())
                .append(' ')
                .append(answer.header("X-Grouter-Site"))
                .append(' ')
                .append(answer.header("X-Grouter-Reason"))
                .append(' ')
                .append(answer.header("X-Cf-RouterError"))
                .append(answer.header("Location"))
                .append("; ");
        return answer;
    }

    private String outcome(HttpProbe.Answer answer) {
        if (answer.status() != 200) {
            return String.valueOf(answer.status());
        }
        String from = switch (column) {
            case LOCAL -> "only-dc" + site + " in dc" + site + ",";
            case REMOTE -> "only-dc" + elsewhere() + " in dc" + elsewhere() + ",";
            case ALIAS -> "both in dc" + site + ",";
            default -> "both in dc";
        };
        return answer.body().startsWith(from)
                ? "200"
                : "wrong answer: " + answer.body().lines().findFirst().orElse("");
    }

    void close() {
        connections.close();
    }

    @Override
    public String toString() {
        return column.title + " at dc" + site + "-" + node;
    }
}
