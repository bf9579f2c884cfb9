#include "servers/server.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <thread>

namespace acts::servers {
namespace {

using namespace std::chrono_literals;

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// A process and all that it has started.
void signal_tree(pid_t pid, int number) {
  ::kill(pid, number);
  std::ifstream children("/proc/" + std::to_string(pid) + "/task/" + std::to_string(pid) + "/children");
  for (pid_t child = 0; children >> child;) signal_tree(child, number);
}

}  // namespace

std::uint16_t free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  ::bind(fd, reinterpret_cast<const sockaddr*>(&address), size);
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  ::close(fd);
  return ntohs(address.sin_port);
}

bool accepts(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(port);
  const bool is_open = ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(fd);
  return is_open;
}

Server::Server(std::vector<std::string> command, std::function<bool()> ready, std::string log)
    : command_(std::move(command)), ready_(std::move(ready)), log_(std::move(log)) {}

Server::~Server() { kill(); }

bool Server::start() {
  const auto end = std::chrono::steady_clock::now() + 60s;
  std::vector<char*> arguments;
  for (std::string& word : command_) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  while (std::chrono::steady_clock::now() < end) {
    if (!runs()) {
      pid_ = ::fork();
      if (pid_ == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // it ends with the test, however that ends
        const int log = ::open(log_.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
        ::dup2(log, 1);
        ::dup2(log, 2);
        ::execvp(arguments[0], arguments.data());
        ::_exit(127);
      }
    }
    if (ready_()) return true;
    std::this_thread::sleep_for(50ms);
  }
  return false;
}

void Server::kill() {
  if (pid_ < 0) return;
  signal_tree(pid_, SIGCONT);
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

void Server::end() {
  ::kill(pid_, SIGTERM);
  for (int i = 0; i < 200 && runs(); ++i) std::this_thread::sleep_for(50ms);
  if (runs()) kill();
  pid_ = -1;
}

void Server::freeze() const { signal_tree(pid_, SIGSTOP); }
void Server::thaw() const { signal_tree(pid_, SIGCONT); }

bool Server::runs() const { return pid_ > 0 && ::waitpid(pid_, nullptr, WNOHANG) == 0; }

}  // namespace acts::servers
