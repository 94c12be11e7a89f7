package io.grouter.cli;

/** How answers are shown: for people, or as the API gave them. */
enum OutputFormat {
    table,
    json
}
