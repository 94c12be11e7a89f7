package io.grouter.proxy;

import io.grouter.proxy.ProxyTlsConfig.ClientCertificates;
import io.grouter.tls.PemMaterial;
import io.grouter.tls.ServerCertificates;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * TLS of the listeners: a context for each certificate, made ready off the event loops, over the native library where
 * there is one and the JDK's TLS elsewhere. Safe for all threads.
 */
final class ListenerTls {
    /** The provider used for all TLS of the data plane. */
    static final SslProvider PROVIDER = OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK;

    private final ProxyTlsConfig config;
    private final ServerCertificates certificates;
    private final @Nullable PemMaterial clients;
    private volatile IdentityHashMap<ServerCertificates.Pair, SslContext> contexts = new IdentityHashMap<>();
    private PemMaterial.@Nullable Material clientsInUse;
    private volatile List<String> names = List.of();

    ListenerTls(ProxyTlsConfig config) {
        this.config = config;
        this.certificates = new ServerCertificates(Path.of(config.certificates()), config.defaultCertificate());
        this.clients = config.clientCertificates() == ClientCertificates.NONE
                ? null
                : new PemMaterial(Path.of(config.clientCa()), null, null);
    }

    /** Reads what has changed; throws, with file and reason, when there is nothing to begin with. May block. */
    synchronized void refresh() throws IOException {
        boolean changed = certificates.read();
        PemMaterial.Material trusted = clients == null ? null : clients.read();
        if (!changed && Objects.equals(trusted, clientsInUse) && !contexts.isEmpty()) {
            return;
        }
        IdentityHashMap<ServerCertificates.Pair, SslContext> made = new IdentityHashMap<>();
        IOException failure = null;
        for (ServerCertificates.Pair pair : certificates.pairs()) {
            SslContext before = Objects.equals(trusted, clientsInUse) ? contexts.get(pair) : null;
            try {
                made.put(pair, before == null ? make(pair, trusted) : before);
            } catch (IOException e) {
                failure = e;
                SslContext stays = named(pair.name());
                if (stays != null) {
                    made.put(pair, stays);
                }
            }
        }
        if (failure != null && contexts.isEmpty()) {
            throw failure;
        }
        clientsInUse = trusted;
        contexts = made;
        names = made.keySet().stream()
                .flatMap(pair -> pair.names().stream())
                .sorted()
                .distinct()
                .toList();
        if (failure != null) {
            throw failure;
        }
    }

    private SslContext make(ServerCertificates.Pair pair, PemMaterial.@Nullable Material trusted) throws IOException {
        try {
            // The native library takes keys of EdDSA, and then fails every handshake with them.
            boolean odd = pair.key().getAlgorithm().equals("EdDSA");
            SslContextBuilder builder = SslContextBuilder.forServer(pair.key(), pair.chain())
                    .sslProvider(odd ? SslProvider.JDK : PROVIDER)
                    .protocols(protocols(config.tls12()));
            if (config.http2()) {
                builder.applicationProtocolConfig(
                        alpn(List.of(ApplicationProtocolNames.HTTP_2, ApplicationProtocolNames.HTTP_1_1)));
            }
            if (trusted != null) {
                builder.trustManager(trusted.trust())
                        .clientAuth(
                                config.clientCertificates() == ClientCertificates.REQUIRE
                                        ? ClientAuth.REQUIRE
                                        : ClientAuth.OPTIONAL);
            }
            return builder.build();
        } catch (SSLException e) {
            throw new IOException("certificate " + pair.name() + " cannot be used: " + e.getMessage(), e);
        }
    }

    /** Returns the names for which there is a certificate; another list after they changed. Any thread. */
    List<String> names() {
        return names;
    }

    static List<String> protocols(boolean tls12) {
        List<String> protocols = new ArrayList<>(List.of("TLSv1.3"));
        if (tls12) {
            protocols.add("TLSv1.2");
        }
        return protocols;
    }

    static ApplicationProtocolConfig alpn(List<String> protocols) {
        return new ApplicationProtocolConfig(
                ApplicationProtocolConfig.Protocol.ALPN,
                ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                protocols);
    }

    /** Returns the context for a client that asks for a name, or for none. Any thread; never blocks. */
    SslContext choose(@Nullable String serverName) {
        ServerCertificates.Pair pair = certificates.choose(serverName);
        SslContext chosen = contexts.get(pair);
        if (chosen == null) {
            // The certificates were read again at this very moment.
            chosen = named(pair.name());
        }
        return chosen == null ? contexts.values().iterator().next() : chosen;
    }

    private @Nullable SslContext named(String name) {
        for (Map.Entry<ServerCertificates.Pair, SslContext> each : contexts.entrySet()) {
            if (each.getKey().name().equals(name)) {
                return each.getValue();
            }
        }
        return null;
    }
}
