package dev.carrel.linux.machine;

import java.io.ByteArrayOutputStream;
import java.util.HexFormat;

/**
 * The processors that the machine runs on, each with its code as a listing: offset, bytes, mnemonic. The bytes that are
 * executed are read from this text, so what was reviewed is what runs; a test disassembles them and compares.
 *
 * <p>An instruction of the machine is 72 bytes: {@code i32 number; u32 mask; u64 argument[6]; u64 *out; insn *fail}.
 * Where bit i (1 to 6) of the mask is set, argument[i-1] is the address of the argument. A negative number is no system
 * call: its result is 0 if the low 32 bits of the first two arguments are equal, else -1. The result is stored in
 * {@code *out}; if it is an errno (-4095 to -1), it and the instruction's address go into the arguments of the program's
 * first instruction, and the machine goes on at {@code fail}; else at the next instruction.
 */
public enum Architecture {
  /** rdi = program; rbx = current instruction; r12 = program. Needs 48 bytes of stack. */
  X86_64(
      62,
      """
          00 | 48 89 fb             | mov rbx,rdi
          03 | 49 89 fc             | mov r12,rdi
          06 | 8b 6b 04             | mov ebp,DWORD PTR [rbx+0x4]
          09 | 6a 06                | push 0x6
          0b | 59                   | pop rcx
          0c | 48 8b 14 cb          | mov rdx,QWORD PTR [rbx+rcx*8]
          10 | 0f a3 cd             | bt ebp,ecx
          13 | 73 03                | jae 0x18
          15 | 48 8b 12             | mov rdx,QWORD PTR [rdx]
          18 | 52                   | push rdx
          19 | ff c9                | dec ecx
          1b | 75 ef                | jne 0xc
          1d | 5f                   | pop rdi
          1e | 5e                   | pop rsi
          1f | 5a                   | pop rdx
          20 | 41 5a                | pop r10
          22 | 41 58                | pop r8
          24 | 41 59                | pop r9
          26 | 8b 03                | mov eax,DWORD PTR [rbx]
          28 | 85 c0                | test eax,eax
          2a | 78 27                | js 0x53
          2c | 0f 05                | syscall
          2e | 48 8b 4b 38          | mov rcx,QWORD PTR [rbx+0x38]
          32 | 48 89 01             | mov QWORD PTR [rcx],rax
          35 | 48 3d 01 f0 ff ff    | cmp rax,0xfffffffffffff001
          3b | 73 06                | jae 0x43
          3d | 48 83 c3 48          | add rbx,0x48
          41 | eb c3                | jmp 0x6
          43 | 49 89 44 24 08       | mov QWORD PTR [r12+0x8],rax
          48 | 49 89 5c 24 10       | mov QWORD PTR [r12+0x10],rbx
          4d | 48 8b 5b 40          | mov rbx,QWORD PTR [rbx+0x40]
          51 | eb b3                | jmp 0x6
          53 | 31 c0                | xor eax,eax
          55 | 39 f7                | cmp edi,esi
          57 | 0f 95 c0             | setne al
          5a | 48 f7 d8             | neg rax
          5d | eb cf                | jmp 0x2e
      """) {
    @Override
    byte[] loadProgramAddress(int address) {
      // mov edi, imm32: clears the upper half of rdi.
      return new byte[] {(byte) 0xbf, (byte) address, (byte) (address >> 8), (byte) (address >> 16), (byte) (address >> 24)};
    }
  },

  /** x0 = program; x19 = current instruction; x20 = program. */
  AARCH64(
      183,
      """
          00 | f3 03 00 aa          | mov x19, x0
          04 | f4 03 00 aa          | mov x20, x0
          08 | 68 26 40 29          | ldp w8, w9, [x19]
          0c | 60 86 40 a9          | ldp x0, x1, [x19, #8]
          10 | 62 8e 41 a9          | ldp x2, x3, [x19, #24]
          14 | 64 96 42 a9          | ldp x4, x5, [x19, #40]
          18 | 49 00 08 36          | tbz w9, #1, 0x20
          1c | 00 00 40 f9          | ldr x0, [x0]
          20 | 49 00 10 36          | tbz w9, #2, 0x28
          24 | 21 00 40 f9          | ldr x1, [x1]
          28 | 49 00 18 36          | tbz w9, #3, 0x30
          2c | 42 00 40 f9          | ldr x2, [x2]
          30 | 49 00 20 36          | tbz w9, #4, 0x38
          34 | 63 00 40 f9          | ldr x3, [x3]
          38 | 49 00 28 36          | tbz w9, #5, 0x40
          3c | 84 00 40 f9          | ldr x4, [x4]
          40 | 49 00 30 36          | tbz w9, #6, 0x48
          44 | a5 00 40 f9          | ldr x5, [x5]
          48 | 68 01 f8 37          | tbnz w8, #31, 0x74
          4c | 01 00 00 d4          | svc #0x0
          50 | 69 aa 43 a9          | ldp x9, x10, [x19, #56]
          54 | 20 01 00 f9          | str x0, [x9]
          58 | 1f fc 3f b1          | cmn x0, #0xfff
          5c | 62 00 00 54          | b.cs 0x68
          60 | 73 22 01 91          | add x19, x19, #0x48
          64 | e9 ff ff 17          | b 0x8
          68 | 80 ce 00 a9          | stp x0, x19, [x20, #8]
          6c | f3 03 0a aa          | mov x19, x10
          70 | e6 ff ff 17          | b 0x8
          74 | 1f 00 01 6b          | cmp w0, w1
          78 | e0 03 9f da          | csetm x0, ne
          7c | f5 ff ff 17          | b 0x50
      """) {
    @Override
    byte[] loadProgramAddress(int address) {
      int low = 0xd2800000 | (address & 0xffff) << 5; // movz x0, #low
      int high = 0xf2a00000 | (address >>> 16) << 5; // movk x0, #high, lsl #16
      byte[] code = new byte[8];
      for (int i = 0; i < 4; i++) {
        code[i] = (byte) (low >> 8 * i);
        code[4 + i] = (byte) (high >> 8 * i);
      }
      return code;
    }
  };

  private final int elfMachine;
  private final String listing;

  Architecture(int elfMachine, String listing) {
    this.elfMachine = elfMachine;
    this.listing = listing;
  }

  /** Code that puts the address of the program where the machine expects it. */
  abstract byte[] loadProgramAddress(int address);

  /** The machine as it was reviewed: a line an instruction, {@code offset | bytes | mnemonic}. */
  public String listing() {
    return listing;
  }

  /** The machine's code: position independent, no data, nothing to relocate. */
  public byte[] machineCode() {
    ByteArrayOutputStream code = new ByteArrayOutputStream(128);
    int line = 0;
    while (line < listing.length()) {
      int from = listing.indexOf('|', line) + 1;
      int to = listing.indexOf('|', from);
      code.writeBytes(HexFormat.of().parseHex(listing.substring(from, to).replace(" ", "")));
      line = listing.indexOf('\n', to) + 1;
    }
    return code.toByteArray();
  }

  /** Its number in an ELF header; see elf(5), e_machine. */
  int elfMachine() {
    return elfMachine;
  }

  /**
   * The processor of this JVM.
   *
   * @throws IllegalStateException on any other than x86-64 and aarch64
   */
  public static Architecture host() {
    String name = System.getProperty("os.arch");
    switch (name) {
      case "amd64", "x86_64":
        return X86_64;
      case "aarch64":
        return AARCH64;
      default:
        throw new IllegalStateException("Carrel's system-call machine has no code for the processor '" + name
            + "': it knows x86-64 and aarch64");
    }
  }
}
