package io.grouter.sim;

import io.grouter.sim.scenario.RequestClass;
import io.grouter.sim.scenario.Visit;
import io.grouter.sim.scenario.Visit.Way;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A client that asks for one thing again and again, at one node of one site as long as that takes connections, else at
 * another node of the site, and, when the whole site takes none, at the next site. Follows redirects as a client whose
 * resolver knows all names, and checks that the answer is from the right app of the right site.
 */
final class Visitor implements AutoCloseable {
    private static final long API_NANOS = 1_000_000_000;
    private static final int MOST_QUOTED = 60;
    private static final Pattern ANSWERED_BY = Pattern.compile("\\S+ in dc(\\d{1,2}),");

    private final SimOptions options;
    private final RequestClass asked;
    private final int site;
    private final int node;
    private final KeptConnections connections;
    private final AtomicLong count = new AtomicLong();

    /** The first answer, and the site that was asked: the first one that takes a connection. */
    private record First(int at, HttpProbe.Answer answer) {}

    /** How one request ended. */
    private record End(String outcome, Way way, int by) {
        static End failed(String why) {
            return new End(why, Way.FAILED, 0);
        }
    }

    /**
     * Makes one that has not asked yet.
     *
     * @param number tells this client's address from those of the others, from 0
     */
    Visitor(SimOptions options, RequestClass asked, int site, int node, int number) {
        this.options = options;
        this.asked = asked;
        this.site = site;
        this.node = node;
        String from = SimOptions.manyAddresses() ? "127.99." + number / 250 + "." + (number % 250 + 1) : null;
        this.connections = new KeptConnections(options, from, node);
    }

    /** Returns how many requests have ended. */
    long asked() {
        return count.get();
    }

    /** Makes one request. */
    Visit visit() {
        long begin = System.nanoTime();
        StringBuilder story = new StringBuilder();
        End end = asked == RequestClass.API ? askApi(story) : ask(story);
        long nanos = System.nanoTime() - begin;
        if (asked == RequestClass.API && end.way() != Way.FAILED && nanos > API_NANOS) {
            end = End.failed("slow");
        }
        count.incrementAndGet();
        return new Visit(
                asked,
                site,
                node,
                begin,
                nanos,
                end.outcome(),
                end.way(),
                end.by(),
                connections.cutOffs(),
                story.toString());
    }

    private End askApi(StringBuilder story) {
        String path = asked() % 2 == 0 ? "/ready" : "/v1/sites";
        try {
            int status = new NodeApi(options.adminPort(site, node)).ask(path).status();
            story.append(path).append(": ").append(status);
            boolean fine = status == 200 || (path.equals("/ready") && status == 503);
            return fine ? new End(asked.usual(), Way.FORWARDED, site) : End.failed(String.valueOf(status));
        } catch (IOException e) {
            story.append(path).append(": ").append(e);
            return End.failed("no answer");
        }
    }

    /** Returns where a client that asked for an app which runs in one other site alone would find it. */
    private int elsewhere() {
        return site % options.sites() + 1;
    }

    private End ask(StringBuilder story) {
        String app = switch (asked) {
            case LOCAL -> Deployment.only(site).host();
            case REMOTE -> Deployment.only(elsewhere()).host();
            case UNKNOWN -> "nobody." + Deployment.APP_DOMAIN;
            default -> Deployment.everywhere(options.sites()).host();
        };
        String host = asked == RequestClass.ALIAS
                ? app.replace("." + Deployment.APP_DOMAIN, ".dc" + site + "." + Deployment.APP_DOMAIN) + ":"
                        + options.entryPort(site)
                : app;
        HttpHead request = new HttpHead("GET /" + asked() + " HTTP/1.1").set("Host", host);
        if (asked() % 2 == 1) {
            request.set("Cookie", "with=it"); // what carries this is relayed, not redirected, where relays are on
        }
        int at = site;
        boolean redirected = false;
        try {
            First first = first(request, story);
            at = first.at();
            HttpProbe.Answer answer = first.answer();
            for (int hops = 0; answer.status() == 307 && hops < options.sites(); hops++) {
                URI to = URI.create(answer.header("Location"));
                at = options.siteOfEntry(to.getPort());
                request.set("Host", to.getRawAuthority());
                answer = tell(connections.get(at, request), story);
                redirected = true;
            }
            return end(answer, redirected, first.at());
        } catch (KeptConnections.Refused e) {
            return End.failed("refused by dc" + at);
        } catch (SocketTimeoutException e) {
            return End.failed("no answer in time from dc" + at);
        } catch (IOException | IllegalArgumentException e) {
            return End.failed("broken off by dc" + at);
        }
    }

    private First first(HttpHead request, StringBuilder story) throws IOException {
        for (int tried = 0; ; tried++) {
            int at = (site - 1 + tried) % options.sites() + 1;
            try {
                return new First(at, tell(connections.get(at, request), story));
            } catch (KeptConnections.Refused e) {
                story.append("dc").append(at).append(" refuses; ");
                // an alias leads to one site alone
                if (asked == RequestClass.ALIAS || tried == options.sites() - 1) {
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

    private End end(HttpProbe.Answer answer, boolean redirected, int first) {
        String status = String.valueOf(answer.status());
        if (answer.status() != 200) {
            return status.equals(asked.usual()) ? new End(status, Way.FORWARDED, 0) : End.failed(status);
        }
        String from = switch (asked) {
            case LOCAL -> "only-dc" + site + " in dc" + site + ",";
            case REMOTE -> "only-dc" + elsewhere() + " in dc" + elsewhere() + ",";
            case ALIAS -> Deployment.BOTH + " in dc" + site + ",";
            default -> Deployment.BOTH + " in dc";
        };
        Matcher by = ANSWERED_BY.matcher(answer.body());
        if (!answer.body().startsWith(from) || !by.lookingAt() || asked == RequestClass.UNKNOWN) {
            String line = answer.body().lines().findFirst().orElse("");
            return End.failed("wrong answer: " + line.substring(0, Math.min(MOST_QUOTED, line.length())));
        }
        int answered = Integer.parseInt(by.group(1));
        Way way = redirected ? Way.REDIRECTED : answered == first ? Way.FORWARDED : Way.RELAYED;
        return new End(status, way, answered);
    }

    @Override
    public void close() {
        connections.close();
    }

    @Override
    public String toString() {
        return asked.title() + " at dc" + site + "-" + node;
    }
}
