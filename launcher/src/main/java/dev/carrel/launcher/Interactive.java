package dev.carrel.launcher;

import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.charset.Charset;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.launch.Framework;

/** The Gogo shell: with line editing, history and completion on a terminal; otherwise it reads its commands from the input. */
final class Interactive {
  private static final int FAILED = 125;

  private final BundleContext context;

  Interactive(BundleContext context) {
    this.context = context;
  }

  /** Returns when the session has ended. */
  int run(boolean terminal) throws Exception {
    if (terminal) {
      // The bundle gogo.jline runs the session by itself and stops the framework at its end.
      context.getBundle(0).adapt(Framework.class).waitForStop(0);
      return 0;
    }
    return runInput();
  }

  private int runInput() throws Exception {
    ServiceReference<?> reference = context.getServiceReference("org.apache.felix.service.command.CommandProcessor");
    if (reference == null) {
      System.err.println("carrel: the Gogo shell did not start: the bundle org.apache.felix.gogo.runtime is missing");
      return FAILED;
    }
    Bundle runtime = reference.getBundle();
    Object processor = context.getService(reference);
    Class<?> processorType = runtime.loadClass("org.apache.felix.service.command.CommandProcessor");
    Class<?> sessionType = runtime.loadClass("org.apache.felix.service.command.CommandSession");
    Object session = processorType
        .getMethod("createSession", InputStream.class, OutputStream.class, OutputStream.class)
        .invoke(processor, InputStream.nullInputStream(), stream(FileDescriptor.out), stream(FileDescriptor.err));
    sessionType.getMethod("put", String.class, Object.class).invoke(session, "SCOPE", "carrel:gogo:felix:*");
    return execute(sessionType.getMethod("execute", CharSequence.class), session);
  }

  /** Not System.out: that is Gogo's own by now, which asks the session for its stream, which would ask Gogo, and so on. */
  private static PrintStream stream(FileDescriptor descriptor) {
    return new PrintStream(new FileOutputStream(descriptor), true);
  }

  private static int execute(Method execute, Object session) throws IOException, IllegalAccessException {
    int status = 0;
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset()));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      }
      if (line.strip().equals("exit")) {
        return status;
      }
      try {
        Object result = execute.invoke(session, line);
        status = result instanceof Integer number ? number : 0;
        if (result != null && !(result instanceof Integer)) {
          System.out.println(result);
        }
      } catch (InvocationTargetException e) {
        System.err.println("carrel: " + e.getCause().getMessage());
        status = FAILED;
      }
    }
    return status;
  }
}
