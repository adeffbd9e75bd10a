package dev.carrel.linux.netfilter;

import com.sun.jna.Pointer;
import dev.carrel.api.CarrelException;

/** The rules of this process's network namespace. Safe to use from many threads. */
public final class RuleSet implements AutoCloseable {
  private final Pointer context;
  private boolean closed;

  private RuleSet(Pointer context) {
    this.context = context;
  }

  /** @throws CarrelException if this host has no libnftables */
  public static RuleSet open() {
    Pointer context;
    try {
      context = LibNftables.nft_ctx_new(0);
    } catch (UnsatisfiedLinkError | NoClassDefFoundError e) {
      throw CarrelException.failed("cannot change the rules of nftables: this host has no usable libnftables.so.1. Install it (Debian's package"
          + " is libnftables1)", e);
    }
    LibNftables.nft_ctx_buffer_output(context);
    LibNftables.nft_ctx_buffer_error(context);
    return new RuleSet(context);
  }

  /**
   * Does all of some commands in the language of nft(8), or none; returns what they print.
   *
   * @throws RuleFailure if one was refused
   */
  public synchronized String run(String commands) throws RuleFailure {
    if (closed) {
      throw new IllegalStateException("closed");
    }
    if (LibNftables.nft_run_cmd_from_buffer(context, commands) != 0) {
      throw new RuleFailure(firstLine(LibNftables.nft_ctx_get_error_buffer(context)));
    }
    return LibNftables.nft_ctx_get_output_buffer(context);
  }

  private static String firstLine(String text) {
    int end = text.indexOf('\n');
    return (end < 0 ? text : text.substring(0, end)).replaceFirst("^Error: ", "");
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      LibNftables.nft_ctx_free(context);
    }
  }
}
