package io.grouter.proxy;

import io.grouter.route.SiteId;
import io.grouter.tls.PeerTls;
import io.grouter.tls.PemMaterial;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import javax.net.ssl.SSLException;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Mutual TLS 1.3 between sites, by the rule of {@link PeerTls}: whoever connects must be of a site that is allowed;
 * whoever is connected to must be of the very site that was meant. Made ready off the event loops, anew when the files
 * change. Safe for all threads.
 */
final class RelayTls {
    private static final List<String> VERSIONS = List.of("TLSv1.3");

    private final PemMaterial files;
    private final Predicate<String> allowed;
    private final Map<SiteId, Outgoing> sites = new ConcurrentHashMap<>();
    private PemMaterial.@Nullable Material inUse;
    private volatile @Nullable SslContext incoming;

    /** The contexts for connections to one site: for requests over HTTP/2, and for those that change the protocol. */
    record Outgoing(SslContext http1, SslContext http2) {
        SslContext of(boolean overHttp2) {
            return overHttp2 ? http2 : http1;
        }
    }

    /**
     * Names the files; nothing is read yet.
     *
     * @param allowed says whether a site may connect; asked by any thread
     */
    RelayTls(RelayConfig.FilesConfig config, Predicate<String> allowed) {
        this.files = new PemMaterial(Path.of(config.ca()), Path.of(config.certificate()), Path.of(config.key()));
        this.allowed = allowed;
    }

    /** Reads what has changed; throws, with file and reason, when there is nothing to begin with. May block. */
    synchronized void refresh() throws IOException {
        PemMaterial.Material now = files.read();
        if (now.equals(inUse)) {
            return;
        }
        try {
            incoming = builder(now, true)
                    .trustManager(PeerTls.trust(now.trust(), allowed))
                    .clientAuth(ClientAuth.REQUIRE)
                    .applicationProtocolConfig(ListenerTls.alpn(
                            List.of(ApplicationProtocolNames.HTTP_2, ApplicationProtocolNames.HTTP_1_1)))
                    .build();
            inUse = now;
            for (SiteId site : List.copyOf(sites.keySet())) {
                sites.put(site, make(site, now));
            }
        } catch (SSLException e) {
            throw new IOException("relay.tls: " + e.getMessage(), e);
        }
    }

    /** Makes ready what connections to a site need. May block. */
    synchronized void prepare(SiteId site) throws IOException {
        PemMaterial.Material now = inUse;
        if (now == null) {
            throw new IllegalStateException("not refreshed yet");
        }
        try {
            if (!sites.containsKey(site)) {
                sites.put(site, make(site, now));
            }
        } catch (SSLException e) {
            throw new IOException("relay.tls: " + e.getMessage(), e);
        }
    }

    /** Forgets a site. */
    void forget(SiteId site) {
        sites.remove(site);
    }

    private static Outgoing make(SiteId site, PemMaterial.Material now) throws SSLException {
        return new Outgoing(
                make(site, now, ApplicationProtocolNames.HTTP_1_1), make(site, now, ApplicationProtocolNames.HTTP_2));
    }

    private static SslContext make(SiteId site, PemMaterial.Material now, String protocol) throws SSLException {
        return builder(now, false)
                .trustManager(PeerTls.trust(now.trust(), site.name()::equals))
                .endpointIdentificationAlgorithm(null) // the site counts, not its address
                .applicationProtocolConfig(ListenerTls.alpn(List.of(protocol)))
                .build();
    }

    private static SslContextBuilder builder(PemMaterial.Material now, boolean server) {
        X509ExtendedKeyManager keys = now.keys();
        if (keys == null) {
            throw new IllegalStateException("a certificate is always given");
        }
        SslContextBuilder builder = server
                ? SslContextBuilder.forServer(keys)
                : SslContextBuilder.forClient().keyManager(keys);
        // The native library takes keys of EdDSA, and then fails every handshake with them.
        return builder.sslProvider(PemMaterial.isEdDsa(keys) ? SslProvider.JDK : ListenerTls.PROVIDER)
                .protocols(VERSIONS);
    }

    /** Returns whether a site may connect. */
    boolean allows(String site) {
        return allowed.test(site);
    }

    /** Returns the context for connections of other sites. */
    SslContext incoming() {
        SslContext now = incoming;
        if (now == null) {
            throw new IllegalStateException("not refreshed yet");
        }
        return now;
    }

    /** Returns the context for connections to a site, or null when it is not ready. */
    @Nullable
    SslContext to(SiteId site, boolean overHttp2) {
        Outgoing found = sites.get(site);
        return found == null ? null : found.of(overHttp2);
    }
}
