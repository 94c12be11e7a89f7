package io.grouter.proxy;

/** Tells the handlers of a connection how far the end of the proxy has come. */
enum DrainStep {
    /** It has begun: nothing new is to be begun on old connections. */
    BEGUN,
    /** No connections are taken any more: those that are idle are to be closed. */
    ENDING
}
