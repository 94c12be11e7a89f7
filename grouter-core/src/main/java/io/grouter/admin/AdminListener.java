package io.grouter.admin;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import io.grouter.tls.ServerTls;
import java.io.IOException;
import java.net.InetSocketAddress;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

/** Takes the port of the admin API, with TLS where the configuration says so. */
final class AdminListener {
    private AdminListener() {}

    /**
     * Takes the port; nothing is answered yet.
     *
     * @param waiting most connections that wait to be accepted
     * @throws IOException with the key and what is wrong, when the port is taken or a file cannot be used
     */
    static HttpServer open(AdminConfig config, int waiting) throws IOException {
        InetSocketAddress address = new InetSocketAddress(
                config.listen().getHostString(), config.listen().getPort());
        SSLContext tls = config.tls().on() ? tls(config.tls()) : null;
        try {
            return tls == null
                    ? HttpServer.create(address, waiting)
                    : secure(
                            HttpsServer.create(address, waiting),
                            tls,
                            !config.tls().clientCa().isEmpty());
        } catch (IOException e) {
            throw new IOException(
                    "admin.listen: cannot listen on " + address.getHostString() + ":" + address.getPort() + ": "
                            + e.getMessage(),
                    e);
        }
    }

    private static HttpsServer secure(HttpsServer server, SSLContext tls, boolean asksForCertificates) {
        server.setHttpsConfigurator(new HttpsConfigurator(tls) {
            @Override
            public void configure(HttpsParameters parameters) {
                SSLParameters chosen = new SSLParameters(null, new String[] {"TLSv1.3", "TLSv1.2"});
                chosen.setWantClientAuth(asksForCertificates);
                parameters.setSSLParameters(chosen);
            }
        });
        return server;
    }

    private static SSLContext tls(AdminTlsConfig config) throws IOException {
        try {
            return new ServerTls(config.certificate(), config.key(), config.clientCa()).context();
        } catch (IOException e) {
            throw new IOException("admin.tls: " + e.getMessage(), e);
        }
    }
}
