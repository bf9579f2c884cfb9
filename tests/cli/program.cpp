#include "cli/program.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <sstream>

#include "recording/temp_dir.hpp"
#include "support/built.hpp"

namespace acts::cli {
namespace {

constexpr int kLineTimeoutMillis = 20'000;

int open_for_writing(const std::string& path) { return ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600); }

pid_t start(const std::vector<std::string>& arguments, const std::string& directory, int out, int err) {
  const char* const binary = test::acts_binary().c_str();
  std::vector<char*> argv{const_cast<char*>(binary)};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const pid_t pid = ::fork();
  if (pid != 0) return pid;
  const int none = ::open("/dev/null", O_RDONLY);
  if (::chdir(directory.c_str()) != 0 || ::dup2(none, 0) < 0 || ::dup2(out, 1) < 0 || ::dup2(err, 2) < 0) ::_exit(126);
  ::execv(binary, argv.data());
  ::_exit(127);
}

int wait_for(pid_t pid) {
  int status = 0;
  ::waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

Outcome run_acts(const std::vector<std::string>& arguments, const std::string& directory, const std::string& output) {
  const testing::TempDir files;
  const int out = open_for_writing(output.empty() ? files / "out" : output);
  const int err = open_for_writing(files / "err");
  const pid_t pid = start(arguments, directory, out, err);
  Outcome outcome;
  outcome.exit_code = wait_for(pid);
  ::close(out);
  ::close(err);
  if (output.empty()) outcome.out = testing::read_file(files / "out");
  outcome.err = testing::read_file(files / "err");
  return outcome;
}

std::vector<std::string> collect_arguments(const std::string& invitation, const std::vector<std::string>& symbols) {
  std::istringstream words(invitation);
  std::vector<std::string> arguments;
  for (std::string word; words >> word;) arguments.push_back(word);
  if (arguments.size() < 2 || arguments.front() != "acts" || arguments.back() != "SYMBOL...") return {};
  arguments.erase(arguments.begin());
  arguments.pop_back();
  arguments.insert(arguments.end(), symbols.begin(), symbols.end());
  return arguments;
}

Running::Running(const std::vector<std::string>& arguments, const std::string& directory, const std::string& log) {
  std::array<int, 2> ends{-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return;
  const int err = log.empty() ? 2 : open_for_writing(log);
  pid_ = start(arguments, directory, ends[1], err);
  if (err != 2) ::close(err);
  ::close(ends[1]);
  out_ = ends[0];
}

Running::~Running() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    wait_for(pid_);
  }
  close_output();
}

std::string Running::next_line() {
  while (buffer_.find('\n') == std::string::npos) {
    pollfd ready{.fd = out_, .events = POLLIN, .revents = 0};
    std::array<char, 4096> bytes{};
    if (::poll(&ready, 1, kLineTimeoutMillis) <= 0) return {};
    const ssize_t count = ::read(out_, bytes.data(), bytes.size());
    if (count <= 0) return {};
    buffer_.append(bytes.data(), static_cast<std::size_t>(count));
  }
  const std::size_t end = buffer_.find('\n');
  std::string line = buffer_.substr(0, end);
  buffer_.erase(0, end + 1);
  return line;
}

void Running::close_output() {
  if (out_ >= 0) ::close(out_);
  out_ = -1;
}

void Running::signal(int number) const { ::kill(pid_, number); }

int Running::wait() {
  const int code = wait_for(pid_);
  pid_ = -1;
  return code;
}

}  // namespace acts::cli
