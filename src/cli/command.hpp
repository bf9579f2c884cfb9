// What the commands share: exit codes, the one line an error is, and results on standard output.
#pragma once

#include <string>
#include <string_view>

#include "acts/base/result.hpp"

namespace CLI {
class App;
}

namespace acts::cli {

inline constexpr int kExitDone = 0;
inline constexpr int kExitUsage = 2;
inline constexpr int kExitBadInput = 3;
inline constexpr int kExitNetwork = 4;
inline constexpr int kExitStorage = 5;
inline constexpr int kExitDefect = 70;

int exit_code(ErrorCode code) noexcept;
// "acts: <message>" on standard error.
void complain(std::string_view message);
int complain(const Error& error);

// Standard output, buffered. Once the reader has gone (head, less) it says so and takes no more.
class Output {
 public:
  ~Output();
  // False if the reader has gone.
  bool write(std::string_view text);
  bool flush();

 private:
  static constexpr std::size_t kBufferBytes = std::size_t{64} << 10;
  std::string buffer_;
  bool gone_ = false;
};

// Options every command may need.
struct Common {
  std::string config_file;
  std::string log_level = "info";
  std::string log_format = "text";
};

// Each adds its command to `app`; the exit code of the chosen one goes to `exit_code`.
void add_replay(CLI::App& app, const Common& common, int& exit_code);
void add_features(CLI::App& app, const Common& common, int& exit_code);

}  // namespace acts::cli
