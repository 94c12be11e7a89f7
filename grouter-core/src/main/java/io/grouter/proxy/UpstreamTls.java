package io.grouter.proxy;

import io.grouter.gorouter.GoRouter;
import io.grouter.gorouter.GoRouterTlsConfig;
import io.grouter.tls.PemMaterial;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * TLS to the GoRouters: checks that each one's certificate is for the name expected, and shows the own certificate.
 * Made ready off the event loops, anew when the files change. Safe for all threads.
 */
final class UpstreamTls {
    private final GoRouterTlsConfig config;
    private final PemMaterial files;
    private PemMaterial.@Nullable Material inUse;
    private volatile @Nullable SslContext http1;
    private volatile @Nullable SslContext http2;

    UpstreamTls(GoRouterTlsConfig config) {
        this.config = config;
        this.files = new PemMaterial(file(config.ca()), file(config.certificate()), file(config.key()));
    }

    private static @Nullable Path file(String name) {
        return name.isEmpty() ? null : Path.of(name);
    }

    /** Reads what has changed; throws, with file and reason, when there is nothing to begin with. May block. */
    synchronized void refresh() throws IOException {
        PemMaterial.Material now = files.read();
        if (now.equals(inUse)) {
            return;
        }
        try {
            http1 = make(now, List.of(ApplicationProtocolNames.HTTP_1_1));
            http2 = make(now, List.of(ApplicationProtocolNames.HTTP_2));
            inUse = now;
        } catch (SSLException e) {
            throw new IOException("goRouters.tls: " + e.getMessage(), e);
        }
    }

    private static SslContext make(PemMaterial.Material material, List<String> protocols) throws SSLException {
        SslContextBuilder builder = SslContextBuilder.forClient()
                .sslProvider(ListenerTls.PROVIDER)
                .protocols(ListenerTls.protocols(true))
                .trustManager(material.trust())
                .applicationProtocolConfig(ListenerTls.alpn(protocols));
        if (material.keys() != null) {
            builder.keyManager(material.keys());
        }
        return builder.build();
    }

    /** Returns a handler for one connection. */
    SslHandler handler(GoRouter goRouter, ByteBufAllocator allocator, boolean overHttp2) {
        SslContext context = overHttp2 ? http2 : http1;
        if (context == null) {
            throw new IllegalStateException("not refreshed yet");
        }
        String name = config.serverName().isEmpty() ? goRouter.address().getHostString() : config.serverName();
        SslHandler handler =
                context.newHandler(allocator, name, goRouter.address().getPort());
        SSLParameters parameters = handler.engine().getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        handler.engine().setSSLParameters(parameters);
        return handler;
    }
}
