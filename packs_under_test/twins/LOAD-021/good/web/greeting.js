console.log("greetings");
