// A real server for a test: started by a script that stays in the foreground, killed, frozen, started again.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace acts::servers {

// A port of 127.0.0.1 that nobody uses now.
std::uint16_t free_port();
// True if something accepts connections there.
bool accepts(std::uint16_t port);

class Server {
 public:
  // `command`: the program and its arguments. `ready`: says whether it can be used; asked until it does. What it prints
  // goes to `log`.
  Server(std::vector<std::string> command, std::function<bool()> ready, std::string log);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Also after kill(): tried again while the system still holds what the killed one had. False: not ready in 60 s.
  bool start();
  void kill();  // -9
  void end();   // SIGTERM, and -9 after 10 s
  void freeze() const;
  void thaw() const;
  [[nodiscard]] bool runs() const;

 private:
  std::vector<std::string> command_;
  std::function<bool()> ready_;
  std::string log_;
  pid_t pid_ = -1;
};

}  // namespace acts::servers
