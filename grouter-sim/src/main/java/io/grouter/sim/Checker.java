package io.grouter.sim;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.Type;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Asks every node for every app, by HTTP and DNS, and compares each answer with what it must be. */
final class Checker {
    private static final String QUERY = "?check=1&again=%20";

    private final Simulation world;
    private final List<String> nodes = new ArrayList<>();
    private final List<List<String>> rows = new ArrayList<>();
    private final List<String> differences = new ArrayList<>();
    private int checks;

    Checker(Simulation world) {
        this.world = world;
    }

    /** One question to one node; returns what to show in the table, or throws what is wrong. */
    private interface Question {
        String ask(SimSite site, int node) throws IOException, Difference;
    }

    private static final class Difference extends Exception {
        private static final long serialVersionUID = 1L;

        Difference(String message) {
            super(message);
        }
    }

    /** Makes all requests and prints the table; returns the number of differences. */
    int run(PrintWriter out) {
        for (SimSite site : world.sites()) {
            for (int node = 1; node <= world.options().nodes(); node++) {
                nodes.add(site.name() + "/" + node);
            }
        }
        for (Deployment app : world.deployments()) {
            ask(app.host() + app.path(), (site, node) -> checkApp(app, site, node));
        }
        Deployment everywhere = world.deployments().get(0);
        ask("alias of the site", (site, node) -> checkAlias(everywhere, site, node));
        ask("nobody." + Deployment.APP_DOMAIN + "/", this::checkUnknown);
        ask("DNS of every app", this::checkDns);
        ask("DNS outside", this::checkDnsOutside);
        ask("admin /ready, /v1/routes", this::checkAdmin);
        print(out);
        return differences.size();
    }

    private void ask(String what, Question question) {
        List<String> row = new ArrayList<>();
        row.add(what);
        for (SimSite site : world.sites()) {
            for (int node = 1; node <= world.options().nodes(); node++) {
                checks++;
                try {
                    row.add(question.ask(site, node));
                } catch (IOException | Difference e) {
                    row.add("WRONG");
                    differences.add(site.name() + "/" + node + ", " + what + ": " + e.getMessage());
                }
            }
        }
        rows.add(row);
    }

    // ---- HTTP

    private String checkApp(Deployment app, SimSite site, int node) throws IOException, Difference {
        int port = world.options().proxyPort(site.number(), node);
        String path = app.path() + QUERY;
        if (app.sites().contains(site.number())) {
            HttpProbe.Answer answer = HttpProbe.get(port, app.host(), path);
            expect("status", "200", String.valueOf(answer.status()));
            expect("reason", "local", answer.header("X-Grouter-Reason"));
            expectFrom(app, site.name(), answer);
            return "200";
        }
        HttpProbe.Answer first = HttpProbe.get(port, app.host(), path);
        expect("status", "307", String.valueOf(first.status()));
        expect("Cache-Control", "no-store", first.header("Cache-Control"));
        expect("reason", "learned", first.header("X-Grouter-Reason"));
        Set<String> allowed = new TreeSet<>();
        for (int has : app.sites()) {
            allowed.add(
                    "http://" + alias(app.host(), has) + ":" + world.options().entryPort(has) + path);
        }
        if (!allowed.contains(first.header("Location"))) {
            throw new Difference("Location is " + first.header("Location") + ", must be one of " + allowed);
        }
        HttpProbe.Answer last = HttpProbe.follow(port, app.host(), app.path());
        expect("status in the end", "200", String.valueOf(last.status()));
        expect("redirects", "1", String.valueOf(last.redirects()));
        String at = last.header("X-Grouter-Site");
        expectFrom(app, at, last);
        return "-> " + at;
    }

    private static String alias(String host, int site) {
        return host.substring(0, host.length() - Deployment.APP_DOMAIN.length()) + "dc" + site + "."
                + Deployment.APP_DOMAIN;
    }

    private static void expectFrom(Deployment app, String site, HttpProbe.Answer answer) throws Difference {
        if (!answer.body().startsWith(app.name() + " in " + site + ",")) {
            throw new Difference("the answer is not from " + app.name() + " in " + site + ": "
                    + answer.body().lines().findFirst().orElse("(empty)"));
        }
        if (answer.header("X-Vcap-Request-Id").isEmpty()) {
            throw new Difference("X-Vcap-Request-Id is missing");
        }
    }

    private String checkAlias(Deployment app, SimSite site, int node) throws IOException, Difference {
        int port = world.options().proxyPort(site.number(), node);
        HttpProbe.Answer answer = HttpProbe.get(port, alias(app.host(), site.number()), "/");
        expect("status", "200", String.valueOf(answer.status()));
        expect("reason", "alias", answer.header("X-Grouter-Reason"));
        expectFrom(app, site.name(), answer);
        return "200";
    }

    private String checkUnknown(SimSite site, int node) throws IOException, Difference {
        int port = world.options().proxyPort(site.number(), node);
        HttpProbe.Answer answer = HttpProbe.get(port, "nobody." + Deployment.APP_DOMAIN, "/");
        expect("status", "404", String.valueOf(answer.status()));
        expect("X-Cf-RouterError", "unknown_route", answer.header("X-Cf-RouterError"));
        return "404";
    }

    // ---- DNS

    private String checkDns(SimSite site, int node) throws IOException, Difference {
        for (Deployment app : world.deployments()) {
            Set<String> expected = new TreeSet<>();
            for (Deployment other : world.deployments()) {
                if (other.host().equals(app.host())) {
                    other.sites().forEach(has -> expected.add(world.site(has).entryAddress()));
                }
            }
            expect(
                    "A " + app.host(),
                    expected.toString(),
                    addresses(site, node, app.host()).toString());
            for (int has : app.sites()) {
                String name = alias(app.host(), has);
                String only = Set.of(world.site(has).entryAddress()).toString();
                expect("A " + name, only, addresses(site, node, name).toString());
            }
        }
        return "ok";
    }

    private String checkDnsOutside(SimSite site, int node) throws IOException, Difference {
        Message answer = query(site, node, "www.example.com");
        expect("rcode", "REFUSED", Rcode.string(answer.getRcode()));
        return "REFUSED";
    }

    private Set<String> addresses(SimSite site, int node, String host) throws IOException {
        Set<String> found = new TreeSet<>();
        for (Record each : query(site, node, host).getSection(Section.ANSWER)) {
            found.add(each.rdataToString());
        }
        return found;
    }

    private Message query(SimSite site, int node, String host) throws IOException {
        SimpleResolver resolver = new SimpleResolver(
                new InetSocketAddress("127.0.0.1", world.options().dnsPort(site.number(), node)));
        return resolver.send(Message.newQuery(Record.newRecord(Name.fromString(host + "."), Type.A, DClass.IN)));
    }

    // ---- admin

    private String checkAdmin(SimSite site, int node) throws IOException, Difference {
        int port = world.options().adminPort(site.number(), node);
        expect(
                "/ready",
                "200",
                String.valueOf(HttpProbe.get(port, "127.0.0.1", "/ready").status()));
        JsonNode routes = JsonMapper.builder()
                .build()
                .readTree(HttpProbe.get(port, "127.0.0.1", "/v1/routes").body())
                .path("routes");
        Set<String> expected = new TreeSet<>();
        world.deployments().forEach(app -> expected.add(app.uri()));
        Set<String> found = new TreeSet<>();
        routes.forEach(route -> found.add(route.path("route").asString()));
        expect("/v1/routes", expected.toString(), found.toString());
        return found.size() + " routes";
    }

    private static void expect(String what, String expected, String found) throws Difference {
        if (!expected.equals(found)) {
            throw new Difference(what + " is " + (found.isEmpty() ? "missing" : found) + ", must be " + expected);
        }
    }

    // ---- the table

    private void print(PrintWriter out) {
        int first = rows.stream().mapToInt(row -> row.get(0).length()).max().orElse(0);
        StringBuilder head = new StringBuilder(pad("asked of every node", first));
        nodes.forEach(node -> head.append("  ").append(pad(node, 9)));
        out.println(head);
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder(pad(row.get(0), first));
            row.subList(1, row.size()).forEach(cell -> line.append("  ").append(pad(cell, 9)));
            out.println(line.toString().stripTrailing());
        }
        differences.forEach(difference -> out.println("WRONG " + difference));
        out.println(checks + " checks, " + differences.size() + " differences");
        out.flush();
    }

    private static String pad(String text, int width) {
        return text.length() >= width ? text : text + " ".repeat(width - text.length());
    }
}
