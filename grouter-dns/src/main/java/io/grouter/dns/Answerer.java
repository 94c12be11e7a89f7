package io.grouter.dns;

import io.grouter.fib.Fib;
import io.grouter.fib.SiteView;
import io.grouter.route.Alias;
import io.grouter.route.HostNames;
import io.grouter.route.IpLiterals;
import io.grouter.route.SiteConfig;
import io.grouter.route.SiteId;
import io.grouter.route.SiteInfo;
import io.grouter.steering.NameExplanation;
import io.grouter.steering.OwnSite;
import io.grouter.steering.Steering;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Header;
import org.xbill.DNS.Message;
import org.xbill.DNS.NSRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.NameTooLongException;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/**
 * Turns one query into one answer: bytes in, bytes out, no sockets and no clock. Safe for all threads.
 *
 * <p>Names under an app domain are never answered with NXDOMAIN: a name that no site is known to have gets this site's
 * entry addresses, because the table may know too little. Names outside the app and alias domains are refused.
 */
final class Answerer {
    /** Payload size that fits every path unfragmented (DNS flag day 2020). */
    static final int EDNS_BYTES = 1232;

    private static final int PLAIN_BYTES = 512;
    private static final int TCP_BYTES = 65_535;
    /** Seconds a negative answer may be cached (RFC 2308); short, because apps come and go. */
    private static final long NEGATIVE_TTL = 5;

    private static final int HEADER_BYTES = 12;
    private static final int FLAG_RESPONSE = 0x80;

    private final SiteConfig site;
    private final DnsConfig config;
    private final Supplier<Fib> fib;
    private final Supplier<OwnSite> ownSite;
    private final Steering steering;

    Answerer(SiteConfig site, DnsConfig config, Supplier<Fib> fib, Supplier<OwnSite> ownSite, Steering steering) {
        this.site = site;
        this.config = config;
        this.fib = fib;
        this.ownSite = ownSite;
        this.steering = steering;
    }

    /**
     * An answer.
     *
     * @param bytes what to send
     * @param rcode its result code, for the counters
     */
    record Answer(byte[] bytes, int rcode) {}

    /** Returns the answer, or null when what came is not a query and deserves none. */
    @Nullable
    Answer answer(byte[] query, boolean tcp) {
        if (query.length < HEADER_BYTES || (query[2] & FLAG_RESPONSE) != 0) {
            return null;
        }
        Message asked;
        try {
            asked = new Message(query);
        } catch (IOException | RuntimeException e) {
            return formErr(query);
        }
        Message reply = new Message(asked.getHeader().getID());
        reply.getHeader().setFlag(Flags.QR);
        reply.getHeader().setOpcode(asked.getHeader().getOpcode());
        if (asked.getHeader().getFlag(Flags.RD)) {
            reply.getHeader().setFlag(Flags.RD);
        }
        OPTRecord opt = asked.getOPT();
        int limit = tcp
                ? TCP_BYTES
                : opt == null ? PLAIN_BYTES : Math.max(PLAIN_BYTES, Math.min(EDNS_BYTES, opt.getPayloadSize()));
        int rcode = fill(asked, reply, opt);
        reply.getHeader().setRcode(rcode & 0xF);
        if (opt != null) {
            reply.addRecord(new OPTRecord(EDNS_BYTES, rcode >> 4, 0), Section.ADDITIONAL);
        }
        return new Answer(reply.toWire(limit), rcode);
    }

    private int fill(Message asked, Message reply, @Nullable OPTRecord opt) {
        Record question = asked.getQuestion();
        if (asked.getHeader().getOpcode() != Opcode.QUERY) {
            return Rcode.NOTIMP;
        }
        if (question == null || asked.getHeader().getCount(Section.QUESTION) != 1) {
            return Rcode.FORMERR;
        }
        reply.addRecord(question, Section.QUESTION);
        if (opt != null && opt.getVersion() != 0) {
            return Rcode.BADVERS;
        }
        int type = question.getType();
        if (question.getDClass() != DClass.IN || type == Type.AXFR || type == Type.IXFR) {
            return Rcode.REFUSED;
        }
        Fib now = fib.get();
        String host = question.getName().toString(true).toLowerCase(Locale.ROOT);
        String zone = zoneOf(now, host);
        if (zone == null) {
            return Rcode.REFUSED;
        }
        reply.getHeader().setFlag(Flags.AA);
        try {
            Name apex = Name.fromString(zone + ".");
            answerInZone(reply, now, question, host, apex);
        } catch (TextParseException | NameTooLongException e) {
            return Rcode.SERVFAIL;
        }
        return Rcode.NOERROR;
    }

    private void answerInZone(Message reply, Fib now, Record question, String host, Name apex)
            throws TextParseException, NameTooLongException {
        int type = question.getType();
        boolean atApex = question.getName().equals(apex);
        if (atApex && (type == Type.NS || type == Type.ANY)) {
            for (String server : config.nameServers()) {
                Name name = Name.fromString(server + ".");
                reply.addRecord(new NSRecord(apex, DClass.IN, ttl(), name), Section.ANSWER);
            }
        }
        if (atApex && (type == Type.SOA || type == Type.ANY)) {
            reply.addRecord(soa(apex), Section.ANSWER);
        }
        if (type == Type.A || type == Type.AAAA || type == Type.ANY) {
            for (InetAddress address : addresses(now, host)) {
                addAddress(reply, question.getName(), type, address);
            }
        }
        if (reply.getHeader().getCount(Section.ANSWER) == 0) {
            reply.addRecord(soa(apex), Section.AUTHORITY);
        }
    }

    private void addAddress(Message reply, Name name, int type, InetAddress address) {
        boolean v4 = address.getAddress().length == 4;
        if (v4 && type != Type.AAAA) {
            reply.addRecord(new ARecord(name, DClass.IN, ttl(), address), Section.ANSWER);
        } else if (!v4 && type != Type.A) {
            reply.addRecord(new AAAARecord(name, DClass.IN, ttl(), address), Section.ANSWER);
        }
    }

    private long ttl() {
        return config.ttl().toSeconds();
    }

    /** The serial stands still: nobody transfers these zones, and answers change with the tables. */
    private SOARecord soa(Name apex) throws TextParseException, NameTooLongException {
        Name primary = config.nameServers().isEmpty()
                ? Name.concatenate(Name.fromString("ns"), apex)
                : Name.fromString(config.nameServers().get(0) + ".");
        Name admin = Name.concatenate(Name.fromString("hostmaster"), apex);
        return new SOARecord(apex, DClass.IN, NEGATIVE_TTL, primary, admin, 1, 3600, 600, 86_400, NEGATIVE_TTL);
    }

    /**
     * Returns what a query for addresses would be answered and why, ready to be written as JSON.
     *
     * @param host the name, lower case, without a dot at its end
     * @param type {@code A} or {@code AAAA}
     */
    Map<String, Object> explain(String host, String type) {
        Fib now = fib.get();
        String zone = zoneOf(now, host);
        NameExplanation explanation = steering.explainName(now, ownSite.get(), host);
        List<Map<String, Object>> answers = new ArrayList<>();
        for (InetAddress address : zone == null ? List.<InetAddress>of() : addresses(now, host)) {
            boolean v4 = address.getAddress().length == 4;
            if (v4 == type.equals("A")) {
                Map<String, Object> answer = new LinkedHashMap<>();
                answer.put("type", type);
                answer.put("address", address.getHostAddress());
                answer.put("ttl", ttl());
                answers.add(answer);
            }
        }
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("name", host);
        body.put("type", type);
        body.put("zone", zone);
        body.put("decision", zone == null ? "refuse" : "addresses");
        body.put("reason", zone == null ? "foreign-name" : explanation.reason());
        body.put("rcode", Rcode.string(zone == null ? Rcode.REFUSED : Rcode.NOERROR));
        body.put("answers", answers);
        Set<SiteId> sites = zone == null ? Set.of() : explanation.sites();
        body.put("sites", sites.stream().map(SiteId::name).toList());
        List<String> steps = new ArrayList<>();
        steps.add(zone == null ? host + " lies under no app or alias domain" : host + " lies under " + zone);
        steps.addAll(explanation.steps());
        body.put("steps", steps);
        body.put(
                "rules",
                explanation.rules().stream()
                        .map(rule -> considered(rule, zone != null))
                        .toList());
        body.put("snapshot", now.version());
        return body;
    }

    private static Map<String, Object> considered(NameExplanation.Considered rule, boolean asked) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("rule", rule.rule());
        body.put("decided", asked && rule.decided());
        body.put("says", rule.sites().isEmpty() ? null : "addresses");
        if (rule.sites().size() == 1) {
            body.put("site", rule.sites().get(0).name());
        }
        return body;
    }

    /** Returns the entry addresses of the sites to send the client to; this site's when nobody has the name. */
    private List<InetAddress> addresses(Fib now, String host) {
        Set<SiteId> sites = steering.sitesFor(now, ownSite.get(), host);
        List<InetAddress> found = new ArrayList<>();
        for (SiteId each : sites) {
            entries(now, each).forEach(entry -> found.add(parse(entry)));
        }
        if (found.isEmpty()) {
            site.entries().forEach(entry -> found.add(parse(entry)));
        }
        return found;
    }

    private List<String> entries(Fib now, SiteId wanted) {
        if (wanted.equals(site.name())) {
            return site.entries();
        }
        SiteView view = now.site(wanted);
        SiteInfo info = view == null ? null : view.info();
        return info == null
                ? List.of()
                : info.entries().stream().filter(IpLiterals::isIpLiteral).toList();
    }

    private static InetAddress parse(String literal) {
        try {
            return InetAddress.getByName(literal); // a literal is never looked up
        } catch (UnknownHostException e) {
            throw new IllegalStateException("not an address: " + literal, e);
        }
    }

    /** Returns the widest of our domains that a name lies under, or null when it is none of our business. */
    private @Nullable String zoneOf(Fib now, String host) {
        String found = zoneOf(site.aliases(), host, null);
        for (SiteView view : now.sites()) {
            SiteInfo info = view.info();
            found = info == null ? found : zoneOf(info.aliases(), host, found);
        }
        return found;
    }

    private static @Nullable String zoneOf(List<Alias> aliases, String host, @Nullable String before) {
        String found = before;
        for (Alias alias : aliases) {
            for (String domain : List.of(alias.appDomain(), alias.aliasDomain())) {
                if (HostNames.isUnder(host, domain) && (found == null || domain.length() < found.length())) {
                    found = domain;
                }
            }
        }
        return found;
    }

    private static Answer formErr(byte[] query) {
        Header header = new Header((query[0] & 0xFF) << 8 | (query[1] & 0xFF));
        header.setFlag(Flags.QR);
        header.setOpcode((query[2] >> 3) & 0xF);
        header.setRcode(Rcode.FORMERR);
        return new Answer(header.toWire(), Rcode.FORMERR);
    }
}
