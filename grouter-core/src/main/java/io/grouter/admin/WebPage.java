package io.grouter.admin;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The web page's files, read from the jar once; {@code /} and {@code /assets/...} are these and nothing else. They hold
 * nothing of the node, so they are given without a token. Safe for all threads.
 */
final class WebPage {
    private static final String FOLDER = "page/";
    private static final List<String> ASSETS = List.of(
            "alarms.js",
            "api.js",
            "app.js",
            "explain.js",
            "icon.svg",
            "journal.js",
            "lit-html.js",
            "live.js",
            "map.js",
            "orders.js",
            "overview.js",
            "parts.js",
            "route.js",
            "routes.js",
            "store.js",
            "style.css",
            "surroundings.js",
            "text.js",
            "theme.js");
    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "svg", "image/svg+xml");

    /** Nothing but the page's own files and the API beside them: no script, style or frame of anyone else. */
    private static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
                    + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private record Asset(String type, String tag, String text) {}

    private final Map<String, Asset> assets = new LinkedHashMap<>();

    WebPage() {
        assets.put("/", read("index.html"));
        ASSETS.forEach(name -> assets.put("/assets/" + name, read(name)));
    }

    private static Asset read(String name) {
        try (InputStream in = WebPage.class.getResourceAsStream(FOLDER + name)) {
            if (in == null) {
                throw new IllegalStateException(FOLDER + name + " is not in the jar");
            }
            byte[] content = in.readAllBytes();
            String type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(content);
            return new Asset(
                    String.valueOf(type),
                    '"' + HexFormat.of().formatHex(hash, 0, 12) + '"',
                    new String(content, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns the paths of all files. */
    Set<String> paths() {
        return assets.keySet();
    }

    /** Returns the answer for a file of the page, or null for everything else, also for what is no GET or HEAD. */
    AdminApi.@Nullable Answer answer(String method, String path, @Nullable String ifNoneMatch) {
        Asset asset = assets.get(path);
        if (asset == null || !(method.equals("GET") || method.equals("HEAD"))) {
            return null;
        }
        boolean known = asset.tag().equals(ifNoneMatch);
        return new AdminApi.Answer(
                known ? 304 : 200,
                known ? "" : asset.type(),
                known ? "" : asset.text(),
                Map.of("ETag", asset.tag(), "Content-Security-Policy", POLICY, "Referrer-Policy", "no-referrer"));
    }
}
