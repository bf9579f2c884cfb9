// Runs the built program as a user does.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace acts::cli {

struct Outcome {
  int exit_code = -1;  // -1: ended by a signal
  std::string out;
  std::string err;
};

// In `directory`, standard input closed, until it ends. Its standard output goes to the file `output` if one is named.
Outcome run_acts(const std::vector<std::string>& arguments, const std::string& directory = "/",
                 const std::string& output = {});

// The command that acts exchange prints, as arguments without "acts" and with `symbols` in their place.
std::vector<std::string> collect_arguments(const std::string& invitation, const std::vector<std::string>& symbols);

// Runs beside the test; killed and waited for when this is destroyed.
class Running {
 public:
  // Its standard error goes to `log`, or where the test's own goes.
  Running(const std::vector<std::string>& arguments, const std::string& directory, const std::string& log = {});
  ~Running();
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  // The next line of its standard output, waited for up to 20 s; "" if there is none.
  std::string next_line();
  // The reading end of its standard output: ready once it has said something, or has ended.
  [[nodiscard]] int output() const { return out_; }
  // Closes it.
  void close_output();
  void signal(int number) const;
  // Waits for its end: the exit code, -1 after a signal.
  int wait();

 private:
  pid_t pid_ = -1;
  int out_ = -1;
  std::string buffer_;
};

}  // namespace acts::cli
